"""A graph is carried from one step to the next, or differentiated twice.

## How it shows
The second step ends with `Trying to backward through the graph a second time`.

## How to tell it from its look-alikes
A tensor that was overwritten is `saved-tensor-overwritten`. With `retain_graph=True` there is no error, and memory and time
grow: `memory-leak`.

## How to fix
Detach what is carried on, compute in the loop what hangs on the weights, and call `backward` once for the sum of the
losses.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix

GRAPH_USED_TWICE = Cause(
    slug="graph-used-twice",
    doc=__doc__,
    clues=(  # weights are a guess until the benchmark sets them
        Clue("V445", if_seen=9.0, if_absent=-2.0),
        Clue("T021", if_seen=9.0, if_absent=-6.0, proves=True),
        Clue("T001", if_seen=0.3),
    ),
    fix=Fix(
        "Detach what is carried to the next step, and call backward once for each forward pass.",
        {"pytorch": "state = state.detach()\ntotal += loss.item()\n(loss_a + loss_b).backward()"},
    ),
    proof="observed",
)
