"""Box coordinates are in pixels and should be shares of the picture.

## How it shows
Ultralytics and YOLOv5 drop every such picture ("non-normalized or out of bounds coordinates") and train on the rest, or on
nothing: box loss 0, mAP 0. Other readers see boxes far outside the picture.

## How to tell it from its look-alikes
Single coordinates slightly above 1 are `box-outside-image`. Shares that leave the picture in bulk are corners read as
centres: `wrong-box-format`.

## How to fix
Divide x and w by the picture's width, y and h by its height, as stored in the file, and delete `*.cache`:
`traindx check DATA --fix --diff` shows it.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.treatment import damage_dataset, repair_dataset

PIXEL_COORDINATES = Cause(
    slug="pixel-coordinates",
    doc=__doc__,
    clues=(  # a guess until the benchmark sets it; a fault of the whole set goes before one of single files
        Clue("V493", if_seen=6.0),
        Clue("D206", if_seen=9.0, if_absent=-6.0, proves=True),
        Clue("B131", if_seen=9.0, proves=True),
        Clue("B146", if_seen=0.5),  # boxes that are misread lie beside their objects
    ),
    fix=Fix(
        "Divide x and w by the picture's width, y and h by its height: `traindx check DATA --fix --diff` shows it; delete *.cache."
    ),
    proof="static",
    undo=repair_dataset("pixel-coordinates"),
    induce=damage_dataset("pixel-coordinates"),
)
