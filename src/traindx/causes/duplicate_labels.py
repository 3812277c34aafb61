"""The same box stands twice in a label file, exactly or nearly, with one class or with two.

## How it shows
The box weighs twice; in the validation set its twin always counts as missed. Ultralytics removes exact duplicates.

## How to tell it from its look-alikes
Boxes that nearly agree may be two objects. The same box with two classes is a contradiction, or classes that overlap.

## How to fix
Delete one of the two rows; of two classes, the wrong one.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.treatment import damage_dataset, repair_dataset

DUPLICATE_LABELS = Cause(
    slug="duplicate-labels",
    doc=__doc__,
    clues=(  # a guess until the benchmark sets it
        Clue("D209", if_seen=4.0, proves=True),
        Clue("D217", if_seen=3.0),
        Clue("D218", if_seen=6.5),
        Clue("D249", if_seen=8.0, proves=True),
    ),
    fix=Fix("Delete one of the two rows; of two classes, the wrong one."),
    proof="static",
    undo=repair_dataset("duplicates"),
    induce=damage_dataset("duplicates"),
)
