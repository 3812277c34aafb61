"""Boxes leave their picture by more than rounding.

## How it shows
A centre outside 0..1 costs the whole picture in Ultralytics and YOLOv5. A box that only overhangs is cut off at the edge,
or trains towards what cannot be predicted.

## How to tell it from its look-alikes
Overhang in bulk, with corners that fit, is `wrong-box-format`. All numbers above 1 are `pixel-coordinates`. Up to a
pixel or a hundredth of the side is rounding.

## How to fix
Cut the boxes off at the edge; correct or delete rows whose centre lies outside.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.treatment import damage_dataset, repair_dataset

BOX_OUTSIDE_IMAGE = Cause(
    slug="box-outside-image",
    doc=__doc__,
    clues=(  # a guess until the benchmark sets it
        Clue("V493", if_seen=3.5),
        Clue("V487", if_seen=9.0),
        Clue("D213", if_seen=6.0, if_absent=-1.0, proves=True),
        Clue("D207", if_seen=6.5, if_absent=-2.0),
        Clue("D210", if_seen=-6.0),
        Clue("D224", if_seen=-6.0),
        Clue("D238", if_seen=-6.0),
        Clue("D243", if_seen=-6.0),
        Clue("D206", if_seen=-2.0),
    ),
    fix=Fix("Cut the boxes off at the edge of the picture; correct or delete rows whose centre lies outside."),
    proof="static",
    undo=repair_dataset("outside"),
    induce=damage_dataset("outside"),
)
