"""A tensor that the backward pass needs is changed in place after the forward pass.

## How it shows
The backward pass ends with `modified by an inplace operation`.

## How to tell it from its look-alikes
A graph that is differentiated twice is `graph-used-twice`. If an optimizer's step stands between the two passes, the
weights are what was changed.

## How to fix
Write the operation out of place, or make both backward passes before the first step.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.model_treatments import not_in_place

SAVED_TENSOR_OVERWRITTEN = Cause(
    slug="saved-tensor-overwritten",
    doc=__doc__,
    clues=(  # weights are a guess until the benchmark sets them
        Clue("V446", if_seen=9.0, if_absent=-2.0),
        Clue("T022", if_seen=9.0, if_absent=-6.0, proves=True),
        Clue("T001", if_seen=0.3),
    ),
    fix=Fix(
        "Write the operation out of place, and make all backward passes before the optimizers step, or "
        "do the forward pass again.",
        {
            "pytorch": "x = x + y  # instead of x += y\n"
            "nn.ReLU()  # instead of nn.ReLU(inplace=True) behind a tensor that is used again"
        },
    ),
    proof="observed",
    undo=not_in_place(),
)
