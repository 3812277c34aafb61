"""A class has no sample in train, or none in val.

## How it shows
A class that train lacks is never predicted and pulls mAP down. A class that val lacks is not measured.

## How to tell it from its look-alikes
A class with few boxes is `class-imbalance`. When no split has any box, the labels are not found or not read.

## How to fix
Split again, stratified by class, or collect pictures of the class.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix

MISSING_CLASS = Cause(
    slug="missing-class",
    doc=__doc__,
    clues=(  # a guess until the benchmark sets it
        Clue("D313", if_seen=6.0, if_absent=-1.0, proves=True),
        Clue("V474", if_seen=9.0, if_absent=-1.0, proves=True),
        Clue("D301", if_seen=3.0, if_absent=-4.0),
        Clue("D316", if_seen=4.0, if_absent=-0.5),
        Clue("D303", if_seen=0.5),
        Clue("D247", if_seen=6.0, proves=True),
        Clue("D305", if_seen=6.0),
        Clue("D205", if_seen=-8.0),  # ids that count from 1 leave class 0 empty
        Clue("D216", if_seen=-8.0),
    ),
    fix=Fix("Split again, stratified by class, or collect pictures of the class."),
    proof="static",
)
