"""Labels name classes that the dataset does not have.

## How it shows
On CPU an index error in the loss; on GPU "device-side assert triggered", often later and elsewhere. Ultralytics drops the
pictures instead.

## How to tell it from its look-alikes
If id 0 is never used and the largest id is the number of names, all ids are one too large: `one-based-class-ids`. Here
single rows are wrong, or names are missing from the settings.

## How to fix
Add the missing names, or correct or delete the rows named. A detector of sets (DETR) needs one class more than the highest id: it
keeps its last for "no object". Where a loss keeps 0 for the background, ids count from 1.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.treatment import damage_dataset, repair_dataset

CLASS_ID_OUT_OF_RANGE = Cause(
    slug="class-id-out-of-range",
    doc=__doc__,
    clues=(  # a guess until the benchmark sets it
        Clue("V432", if_seen=6.0),
        Clue("V495", if_seen=7.0),
        Clue("D204", if_seen=6.0, if_absent=-6.0, proves=True),
        Clue("D235", if_seen=6.0, if_absent=-1.0, proves=True),
        Clue("B135", if_seen=8.0, proves=True),
        Clue("B156", if_seen=8.0, proves=True),
        Clue("B155", if_seen=8.0, proves=True),
        Clue("D205", if_seen=-8.0),
        Clue("D216", if_seen=-8.0),
    ),
    fix=Fix(
        "Add the missing names, or correct or delete the rows named; DETR needs one class more than the highest id."
    ),
    proof="static",
    undo=repair_dataset("out-of-range-ids"),
    induce=damage_dataset("out-of-range-ids"),
)
