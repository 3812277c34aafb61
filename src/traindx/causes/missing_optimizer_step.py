"""Gradients are computed, and no step is taken with them: it is missing, comes too early, or they were cleared before it.

## How it shows
The weights do not change at all: updates are exactly zero, or there are none. The loss goes up and down with the batches. Where
the step comes before the backward pass, it follows the gradient of another batch; where it stands outside of the loop over the
batches, only the last of many gradients counts.

## How to tell it from its look-alikes
A rate that is too low changes every weight a little at each step. Parameters in no optimizer stand still while others move.

## How to fix
Call `optimizer.step()` after `loss.backward()`, and `optimizer.zero_grad()` not in between.
"""

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.step_treatments import clear_before_step, step_after_backward

MISSING_OPTIMIZER_STEP = Cause(
    slug="missing-optimizer-step",
    doc=__doc__,
    clues=(  # a guess until the benchmark sets it
        Clue("T304", if_seen=9.0, if_absent=-4.0, proves=True, from_start=True),
        Clue("T328", if_seen=9.0, if_absent=-1.0, proves=True),
        Clue("T022", if_seen=1.0),
        Clue("T001", if_seen=0.3),
        Clue("T302", if_seen=0.3),
        Clue("T202", if_seen=0.5),
        Clue("T103", if_seen=0.5),
        Clue("T105", if_seen=0.3),
        Clue("T106", if_seen=0.3),
    ),
    fix=Fix(
        "Take the step right after the backward pass.",
        {"pytorch": "optimizer.zero_grad()\nloss.backward()\noptimizer.step()"},
    ),
    proof="observed",
    undo=step_after_backward(),
    induce=clear_before_step(),
)
