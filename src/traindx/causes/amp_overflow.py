"""Half precision overflows: the same step is finite in float32.

## How it shows
The loss or the gradients are infinite or NaN under autocast; the scaler leaves steps out, again and again.

## How to tell it from its look-alikes
A replay of the bad step in full precision is finite. An operation at its edge is not finite in float32 either.

## How to fix
Let the part that is named run in float32, or use bfloat16, whose range is that of float32.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.model_treatments import full_precision

AMP_OVERFLOW = Cause(
    slug="amp-overflow",
    doc=__doc__,
    clues=(  # a guess until the benchmark sets it; what follows a loss that is not finite is explained by it
        Clue("T112", if_seen=6.0, if_absent=-2.0, proves=True),
        Clue("T101", if_seen=1.0, if_absent=-1.0),
        Clue("V405", if_seen=2.65),
        Clue("V490", if_seen=2.65),
        Clue("V453", if_seen=2.65),
        Clue("V454", if_seen=4.0),
        Clue("V456", if_seen=4.0),
        Clue("V427", if_seen=-3.0),
        Clue("V430", if_seen=-5.0),
        Clue("T102", if_seen=0.1),
        Clue("T103", if_seen=0.1),
        Clue("T104", if_seen=0.1),
        Clue("T107", if_seen=0.5, near="precision"),
        Clue("T105", if_seen=0.1),
        Clue("S205", if_seen=5.0),
        Clue("B241", if_seen=8.0, proves=True),
        Clue("B253", if_seen=3.0, if_absent=-1.0),  # a guess: tried, and perhaps not what the training uses
        Clue("B242", if_seen=3.0, if_absent=-2.0),  # a guess: a twin
    ),
    fix=Fix(
        "Let the part that is named run in float32 (torch.autocast(..., enabled=False), inputs to .float()), or use bfloat16."
    ),
    proof="twin",
    undo=full_precision(),
)
