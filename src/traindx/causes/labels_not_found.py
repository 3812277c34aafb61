"""The pictures of a split resolve to no label file.

## How it shows
All pictures of a split count as background. The box loss is 0, the class loss falls to 0, mAP stays 0. Ultralytics says
"No labels found" once and trains on.

## How to tell it from its look-alikes
A few pictures without a label file are background pictures, which is legal. Labels that exist and cannot be read are
`malformed-labels`. Boxes in pixels are dropped by the trainer and look the same in its log: there the files exist.

## How to fix
Put the labels where they are looked for: the last folder called `images` in the picture's path becomes `labels`, the
suffix becomes `.txt`, and case counts. Or correct `path` in the yaml. Then delete `*.cache`.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.treatment import damage_dataset, repair_dataset

LABELS_NOT_FOUND = Cause(
    slug="labels-not-found",
    doc=__doc__,
    clues=(  # a guess until the benchmark sets it; a fault of the whole set goes before one of single files
        Clue("D201", if_seen=9.0, if_absent=-6.0, proves=True),
        Clue("D342", if_seen=8.0, proves=True),
        Clue("D223", if_seen=4.0),
        Clue("D202", if_seen=0.5),
        Clue("V417", if_seen=8.0),
        Clue("V452", if_seen=6.5),
        Clue("B136", if_seen=8.0, proves=True),
    ),
    fix=Fix(
        "Move the labels to where they are looked for, or correct `path` and the split entries of the yaml; delete *.cache."
    ),
    proof="static",
    undo=repair_dataset("labels-not-found"),
    induce=damage_dataset("labels-not-found"),
)
