"""Pictures are truncated, damaged or no pictures.

## How it shows
Loaders stop, skip the picture, or decode what is there and leave the rest grey. Ultralytics rewrites a JPEG without an end
marker in place. A picture of one colour may be what a failed conversion left; a wrong extension misleads readers by name.

## How to tell it from its look-alikes
A picture that is not there at all is `missing-images`. A label problem names the label file instead.

## How to fix
Fetch the files again, or take pictures and labels out of the set.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.treatment import damage_dataset, repair_dataset

CORRUPT_IMAGES = Cause(
    slug="corrupt-images",
    doc=__doc__,
    clues=(  # a guess until the benchmark sets it
        Clue("V480", if_seen=9.0),
        Clue("V481", if_seen=3.0),
        Clue("D101", if_seen=6.0, if_absent=-6.0, proves=True),
        Clue("D111", if_seen=4.0),
        Clue("D108", if_seen=3.0),
        Clue("T010", if_seen=9.0, proves=True),
        Clue("T001", if_seen=0.3),
    ),
    fix=Fix("Fetch the pictures again, or take them and their labels out of the set."),
    proof="static",
    undo=repair_dataset("damaged-pictures"),
    induce=damage_dataset("damaged-pictures"),
)
