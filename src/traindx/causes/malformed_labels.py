"""Rows of label files cannot be read as boxes.

## How it shows
Ultralytics and YOLOv5 print "ignoring corrupt image/label" and drop the picture with all its good rows. Other readers
stop with an error that names neither file nor line.

## How to tell it from its look-alikes
Rows that are numbers in another meaning parse well: pixels (`pixel-coordinates`), corners (`wrong-box-format`), ids out of
range (`class-id-out-of-range`). Polygons alone are a segmentation set.

## How to fix
Correct or delete the rows named. If all rows are alike, export again as YOLO boxes: `class x y w h`, blanks between,
decimal points, UTF-8.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.treatment import damage_dataset, repair_dataset

MALFORMED_LABELS = Cause(
    slug="malformed-labels",
    doc=__doc__,
    clues=(  # a guess until the benchmark sets it
        Clue("V494", if_seen=5.5),
        Clue("D203", if_seen=6.0, if_absent=-1.0, proves=True),
        Clue("D234", if_seen=6.0, if_absent=-1.0, proves=True),
        Clue("D236", if_seen=4.5),
        Clue("D214", if_seen=4.5),
    ),
    fix=Fix("Correct or delete the rows named, or export again as YOLO boxes."),
    proof="static",
    undo=repair_dataset("malformed-rows"),
    induce=damage_dataset("malformed-rows"),
)
