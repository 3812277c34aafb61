"""Gradients are clipped while they are multiplied by the loss scale of mixed precision.

## How it shows
Every step is cut to almost nothing: the limit is smaller by the loss scale, 65,536 at first. With SGD the loss hardly moves; with
Adam it may fall all the same, and the clip does not do what it says.

## How to tell it from its look-alikes
A limit that is too small by itself is `clip-too-tight`; there the gradients were unscaled. A rate that is too low has small
steps without a clip.

## How to fix
Call `scaler.unscale_(optimizer)` between backward and the clip.
"""

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.step_treatments import unscale_first

CLIP_BEFORE_UNSCALE = Cause(
    slug="clip-before-unscale",
    doc=__doc__,
    clues=(  # weights are a guess until the benchmark sets them
        Clue("T326", if_seen=9.0, if_absent=-6.0, proves=True),
        Clue("T202", if_seen=0.5),
        Clue("T103", if_seen=0.5),
        Clue("T105", if_seen=0.3),
        Clue("T106", if_seen=0.3),
    ),
    fix=Fix(
        "Unscale the gradients before they are clipped.",
        {
            "pytorch": "scaler.scale(loss).backward()\nscaler.unscale_(optimizer)\n"
            "torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)\nscaler.step(optimizer)\nscaler.update()",
            "huggingface": "accelerator.clip_grad_norm_(model.parameters(), 1.0)   # unscales by itself",
        },
    ),
    proof="observed",
    undo=unscale_first(),
)
