"""Pictures of val are in train too, or nearly, or belong to the same recording.

## How it shows
The score on val is good, early and close to that on train; new pictures do much worse. Overfitting does not show.

## How to tell it from its look-alikes
A task that is simply easy does as well on new pictures. Pictures of one fixed camera look alike without being copies: the
share of val with a near copy in train is then no larger than that within train.

## How to fix
Split by recording, source or scene, not by picture; remove copies from train; augment after splitting.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix

TRAIN_VAL_LEAKAGE = Cause(
    slug="train-val-leakage",
    doc=__doc__,
    clues=(  # a guess until the benchmark sets it
        Clue("D321", if_seen=6.0, if_absent=-2.0, proves=True),
        Clue("D409", if_seen=6.0, if_absent=-0.5, proves=True),
        Clue("D324", if_seen=5.0, if_absent=-1.0, proves=True),
        Clue("D327", if_seen=5.0, if_absent=-0.5, proves=True),
        Clue("D322", if_seen=5.0, if_absent=-0.5, proves=True),
        Clue("D323", if_seen=3.5, if_absent=-0.5),
        Clue("D336", if_seen=2.8),
        Clue("D328", if_seen=3.5, if_absent=-0.5),
        Clue("D334", if_seen=4.0, if_absent=-0.5),
    ),
    fix=Fix("Split by recording, source or scene, not by picture; remove copies from train; augment after splitting."),
    proof="static",
)
