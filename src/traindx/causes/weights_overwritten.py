"""Something that is no optimizer changes the weights between its steps.

## How it shows
The loss rises or stays, at any rate: each step begins at other weights than the last one ended with.

## How to tell it from its look-alikes
A rate that is too high moves the weights in the optimizer's own steps, and a lower one helps.

## How to fix
Take back what was added for a while, from a copy; draw first weights once, before the loop.
"""

from traindx.core.cause import Cause, Clue, Fix

WEIGHTS_OVERWRITTEN = Cause(
    slug="weights-overwritten",
    doc=__doc__,
    clues=(  # a guess
        Clue("T390", if_seen=9.0, if_absent=-3.0, proves=True),
        Clue("T103", if_seen=0.3),
    ),
    fix=Fix(
        "Leave the weights to the optimizer: clone what is to be put back, and draw first weights before the loop.",
        {"pytorch": 'state["old"] = p.data.clone()   # p.data alone changes along with the weight'},
    ),
    proof="observed",
)
