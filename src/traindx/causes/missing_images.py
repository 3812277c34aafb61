"""The pictures of a split, or pictures that a list names, are not there.

## How it shows
Training stops before its first step with the path that it looked for, or pictures of a list are dropped.

## How to tell it from its look-alikes
If the pictures are found and their labels are not, it is `labels-not-found`. A picture that is there and cannot be decoded
is `corrupt-images`.

## How to fix
Correct `path` or the split's entry in the yaml, or the lines of the list. The finding shows the absolute path looked for.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.treatment import repair_dataset

MISSING_IMAGES = Cause(
    slug="missing-images",
    doc=__doc__,
    clues=(  # a guess until the benchmark sets it; a fault of the whole set goes before one of single files
        Clue("V481", if_seen=7.0),
        Clue("D102", if_seen=9.0, if_absent=-6.0, proves=True),
        Clue("D425", if_seen=9.0, proves=True),
        Clue("D233", if_seen=5.0, if_absent=-1.0, proves=True),
        Clue("T011", if_seen=9.0, proves=True),
        Clue("T001", if_seen=0.3),
    ),
    fix=Fix("Correct `path` or the split entries of the yaml so that they lead to the pictures."),
    proof="static",
    undo=repair_dataset("written-anew"),
)
