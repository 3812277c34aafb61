"""Pictures without an object dominate the training split.

## How it shows
The loss falls quickly, most of it because predicting nothing is right; recall rises slowly and confidences stay low.

## How to tell it from its look-alikes
Labels that were lost look the same: `labels-not-found` where files are missing; where the files are there and empty, look
at the pictures that the finding shows.

## How to fix
Leave out a part of the pictures without objects until they are about a tenth, or find the labels that were lost.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.treatment import repair_dataset

TOO_MANY_BACKGROUNDS = Cause(
    slug="too-many-backgrounds",
    doc=__doc__,
    clues=(  # a guess until the benchmark sets it
        Clue("D341", if_seen=5.0, if_absent=-4.0, proves=True),
        Clue("B136", if_seen=3.0),
        Clue("D342", if_seen=-6.0),  # no object at all is another matter
    ),
    fix=Fix(
        "Leave out a part of the pictures without objects until they are about a tenth, or find the labels that were lost."
    ),
    proof="static",
    undo=repair_dataset("fewer-backgrounds"),
)
