"""The loss is scaled for half precision, and the optimizer steps with gradients that keep the scale.

## How it shows
With plain gradient descent the loss explodes or turns NaN within a few steps; with clipping every step is cut to the limit.

## How to tell it from its look-alikes
A rate that is too high does the same with gradients of a usual size. Here the backward pass starts from a loss that was multiplied
by the scaler's scale, 65,536 at first, and no call of the scaler follows. A clip between both is `clip-before-unscale`.

## How to fix
Step through the scaler, or take the scaler out: bfloat16 needs none.
"""

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.step_treatments import unscale_before_step

GRADIENTS_NOT_UNSCALED = Cause(
    slug="gradients-not-unscaled",
    doc=__doc__,
    clues=(  # weights are a guess until the benchmark sets them
        Clue("T373", if_seen=9.0, if_absent=-6.0, proves=True),
        Clue("T101", if_seen=0.5),
        Clue("T102", if_seen=0.5),
        Clue("T103", if_seen=0.5),
        Clue("T104", if_seen=0.3),
        Clue("T105", if_seen=0.3),
        Clue("T201", if_seen=0.5),
        Clue("T203", if_seen=0.3),
        Clue("T205", if_seen=0.5),
    ),
    fix=Fix(
        "Step the optimizer through the gradient scaler.",
        {"pytorch": "scaler.scale(loss).backward()\nscaler.step(optimizer)   # not optimizer.step()\nscaler.update()"},
    ),
    proof="observed",
    undo=unscale_before_step(),
)
