"""Label files belong to pictures that are not there.

## How it shows
The set is smaller than its labels say. Nothing else shows: no trainer reads such files.

## How to tell it from its look-alikes
Where whole folders do not meet, the pictures have no labels either: `labels-not-found`.

## How to fix
Bring the pictures back, give them the label's name, or delete the label files.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.treatment import repair_dataset

ORPHAN_LABELS = Cause(
    slug="orphan-labels",
    doc=__doc__,
    clues=(  # a guess until the benchmark sets it
        Clue("D202", if_seen=3.0, if_absent=-4.0, proves=True),
        Clue("D201", if_seen=-3.0),
    ),
    fix=Fix("Bring the pictures back or delete the label files."),
    proof="static",
    undo=repair_dataset("written-anew"),
)
