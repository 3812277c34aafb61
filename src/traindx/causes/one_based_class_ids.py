"""Class ids count from 1 and should count from 0.

## How it shows
Every object is trained under the next class's name; the last class is out of range, which fails on CPU, asserts on GPU,
and makes Ultralytics drop the pictures. With room for the largest id nothing fails, and all names are one off.

## How to tell it from its look-alikes
Single ids out of range leave id 0 in use: `class-id-out-of-range`. In a part of the files, only the contrast with the
others tells. A set that merely lacks its first class has no id equal to the number of names, or so few that they are stray.

## How to fix
Subtract one from the first field of every row and delete `*.cache`: `traindx check DATA --fix --diff` shows it, where ids are
out of range. Correct the export, or its category mapping.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.treatment import damage_dataset, repair_dataset

ONE_BASED_CLASS_IDS = Cause(
    slug="one-based-class-ids",
    doc=__doc__,
    clues=(  # a guess until the benchmark sets it; a fault of the whole set goes before one of single files
        Clue("D205", if_seen=11.0, if_absent=-2.0, proves=True),
        Clue("D216", if_seen=13.0, if_absent=-2.0, proves=True),
        Clue("D204", if_seen=1.0),
        Clue("B135", if_seen=1.0),
        Clue("M122", if_seen=13.0, if_absent=-1.0, proves=True),
        Clue("M121", if_seen=1.0),
        Clue("D211", if_seen=7.5, if_absent=-2.0),
    ),
    fix=Fix(
        "Subtract 1 from every class id and delete *.cache; `traindx check DATA --fix --diff` shows it where ids are out of range."
    ),
    proof="static",
    undo=repair_dataset("one-based-ids"),
    induce=damage_dataset("one-based-ids"),
)
