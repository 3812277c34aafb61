"""Numbers arrive in a type that the layer or the loss does not take.

## How it shows
The first forward pass or the first loss ends with `must have the same dtype`, `expected scalar type`, `not implemented for
'Byte'` or the like.

## How to tell it from its look-alikes
Two devices in the message are `device-mismatch`; two shapes are `shape-mismatch`.

## How to fix
Convert where the sample is made: pictures to float32 in 0..1, class ids to int64, targets of binary cross entropy to
float32.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix

DTYPE_MISMATCH = Cause(
    slug="dtype-mismatch",
    doc=__doc__,
    clues=(  # weights are a guess until the benchmark sets them
        Clue("V440", if_seen=9.0, if_absent=-2.0),
        Clue("T016", if_seen=9.0, if_absent=-6.0, proves=True),
        Clue("T001", if_seen=0.3),
    ),
    fix=Fix(
        "Convert where the sample is made: pictures to float32, class ids to int64, targets of binary "
        "cross entropy and regression to float32.",
        {
            "pytorch": "x = x.float() / 255  # pictures as bytes\n"
            "y = y.long()  # class ids for cross_entropy\n"
            "y = y.float()  # targets of binary_cross_entropy_with_logits"
        },
    ),
    proof="observed",
)
