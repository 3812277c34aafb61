"""Boxes are written in another form than they are read: by corners, axes swapped, another stride; in files, targets or calls.

## How it shows
All numbers are legal shares, and no reader complains. Boxes are too large and in the wrong place: the box loss stays high
and mAP near 0.

## How to tell it from its look-alikes
Boxes that overhang a little are `box-outside-image`. Numbers above 1 that fit the picture are `pixel-coordinates`.

## How to fix
Write the centre and the size: (x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, y1 - y0; x before y and width before height. Then
delete `*.cache`.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.treatment import damage_dataset, repair_dataset

WRONG_BOX_FORMAT = Cause(
    slug="wrong-box-format",
    doc=__doc__,
    clues=(  # a guess until the benchmark sets it; a fault of the whole set goes before one of single files
        Clue("D210", if_seen=12.0, if_absent=-3.0, proves=True),
        Clue("D224", if_seen=12.0, if_absent=-3.0, proves=True),
        Clue("D238", if_seen=9.0, if_absent=-3.0, proves=True),
        Clue("B132", if_seen=9.0, proves=True),
        Clue("T030", if_seen=9.0, proves=True),
        Clue("B149", if_seen=9.0, proves=True),
        Clue("B151", if_seen=9.0, proves=True),
        Clue("T442", if_seen=9.0, proves=True),
        Clue("B158", if_seen=9.0, proves=True),
        Clue("V435", if_seen=6.0),
        Clue("T001", if_seen=0.3),
        Clue("D207", if_seen=0.5),
        Clue("D213", if_seen=0.5),
        Clue("D240", if_seen=0.5),
        Clue("D243", if_seen=9.0, proves=True),
        Clue("B146", if_seen=0.5),  # boxes that are misread lie beside their objects
    ),
    fix=Fix(
        "Write boxes as the format has them: YOLO centre and size as shares, COCO x, y, width, height in pixels, VOC two "
        "corners in pixels; x before y, width before height. Delete *.cache."
    ),
    proof="static",
    undo=repair_dataset("corner-boxes"),
    induce=damage_dataset("corner-boxes"),
)
