"""A deep stack without normalisation or residual connections does not pass gradients.

## How it shows
The loss stands at chance. What tells pictures apart shrinks a little in each layer until nothing enters the last one, and the
gradients of the first layers are thousands of times smaller than those of the last. The weights themselves are usual.

## How to tell it from its look-alikes
Weights that start too small fade in three or four layers already: `init-too-small`. A stack of sigmoids is
`saturating-activations`. Up to about seven plain layers train well by torch's default.

## How to fix
Normalise behind each convolution, bridge the layers by residual connections, or draw the weights by He's rule.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.model_treatments import normalize_layers

MISSING_NORMALIZATION_LAYER = Cause(
    slug="missing-normalization-layer",
    doc=__doc__,
    clues=(  # weights are a guess until the benchmark sets them
        Clue("M213", if_seen=5.0, if_absent=-1.0),
        Clue("M104", if_seen=9.0, if_absent=-4.0, proves=True),
        Clue("T103", if_seen=0.5),
        Clue("T105", if_seen=0.5),
        Clue("T202", if_seen=0.3),
    ),
    fix=Fix(
        "Put a normalisation layer behind each convolution, or residual connections around every two of them.",
        {"pytorch": "nn.Conv2d(64, 64, 3, padding=1, bias=False), nn.BatchNorm2d(64), nn.ReLU(inplace=True)"},
    ),
    proof="observed",
    undo=normalize_layers(),
)
