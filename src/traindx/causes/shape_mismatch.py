"""What arrives does not have the shape that a layer or a loss was built for.

## How it shows
The first forward pass or the first loss ends with two shapes that do not fit; or a later one, where a single picture or the
last batch differs.

## How to tell it from its look-alikes
Samples that cannot be stacked to a batch are `unequal-samples`; a checkpoint that was made for another model is
`checkpoint-mismatch`; class ids beyond the outputs are `head-class-mismatch`.

## How to fix
The message has both shapes: what arrived, and what the layer was built for. Change the one that is wrong.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix

SHAPE_MISMATCH = Cause(
    slug="shape-mismatch",
    doc=__doc__,
    clues=(  # weights are a guess until the benchmark sets them
        Clue("V433", if_seen=7.0, if_absent=-2.0),
        Clue("M261", if_seen=9.0, proves=True),
        Clue("M224", if_seen=9.0, proves=True),
        Clue("M209", if_seen=4.5),
        Clue("T017", if_seen=9.0, if_absent=-6.0, proves=True),
        Clue("T001", if_seen=0.3),
    ),
    fix=Fix(
        "Read both shapes in the message, and change the side that is wrong: in_features of the first "
        "linear layer, channels of the pictures, or the form of the targets.",
        {
            "pytorch": "nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.LazyLinear(num_classes)  # whatever the size of the "
            "pictures"
        },
    ),
    proof="observed",
)
