"""A cached index, or a decoded copy of a picture, no longer matches the files and is used all the same.

## How it shows
Corrected labels or pictures change nothing: the counts that the trainer prints at its start, the plots of its first
batches and the metrics stay those of before.

## How to tell it from its look-alikes
Without `*.cache` and `.npy` files beside the data nothing is cached there. Labels that are dropped on reading are
`malformed-labels`, and are named by the trainer each time.

## How to fix
Delete the `*.cache` files beside the labels and the `.npy` files beside the pictures; they are made again.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.treatment import repair_dataset

STALE_LABEL_CACHE = Cause(
    slug="stale-label-cache",
    doc=__doc__,
    clues=(  # a guess until the benchmark sets it
        Clue("D410", if_seen=8.0, if_absent=-1.0, proves=True),
        Clue("D411", if_seen=4.0, if_absent=-0.5),
        Clue("D412", if_seen=8.0, if_absent=-0.5, proves=True),
    ),
    fix=Fix("Delete the *.cache files beside the labels and the .npy files beside the pictures."),
    proof="static",
    undo=repair_dataset("written-anew"),
)
