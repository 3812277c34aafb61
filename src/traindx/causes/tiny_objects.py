"""Objects are too small at the resolution of the training.

## How it shows
Recall of small objects stays near zero, mAP is low although large objects are found; at a larger `imgsz` it rises.

## How to tell it from its look-alikes
Boxes that are small because their coordinates are wrong (`pixel-coordinates`, `wrong-box-format`) do not lie on objects:
look at the pictures that the finding shows.

## How to fix
Train at a larger `imgsz`, cut large pictures into tiles, or use a model with a finer level.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix

TINY_OBJECTS = Cause(
    slug="tiny-objects",
    doc=__doc__,
    clues=(  # a guess until the benchmark sets it
        Clue("M208", if_seen=9.0, if_absent=-1.0, proves=True),
        Clue("D351", if_seen=5.0, if_absent=-0.5, proves=True),
        Clue("D350", if_seen=6.5, if_absent=-3.0),
    ),
    fix=Fix(
        "Train at a larger imgsz, cut large pictures into tiles, or use a model with a finer level.",
        {"ultralytics": "yolo train imgsz=1280 ...", "pytorch": "resize to a larger side, or train on tiles"},
    ),
    proof="static",
)
