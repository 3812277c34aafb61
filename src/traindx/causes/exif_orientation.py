"""An EXIF tag turns pictures and the labels are in the other frame.

## How it shows
Boxes lie a quarter turn, half a turn or a mirror off their objects in some pictures, mostly those of phones. Viewers show
them rightly or wrongly depending on whether they heed the tag. Accuracy ends lower than the labels deserve.

## How to tell it from its look-alikes
x and y swapped in every picture, with no tag, is `wrong-box-format`. A recorded size that fits neither frame is
`wrong-recorded-size`. Which frame is right is told from pixels and boxes; where it cannot be, both are shown.

## How to fix
Write the pictures anew, upright and without the tag, and keep the labels of the frame that was shown to the annotators.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix

EXIF_ORIENTATION = Cause(
    slug="exif-orientation",
    doc=__doc__,
    clues=(  # a guess until the benchmark sets it
        Clue("D112", if_seen=7.0, if_absent=-1.0, proves=True),
        Clue("D113", if_seen=4.0, if_absent=-1.0),
    ),
    fix=Fix(
        "Write the pictures anew, upright and without the EXIF tag, with labels of the frame that is shown.",
        {
            "pytorch": "picture = ImageOps.exif_transpose(Image.open(path))  # where the labels are in the turned frame",
            "ultralytics": "ImageOps.exif_transpose(Image.open(path)).save(folder / path.name)  # a copy; then turn its labels",
        },
    ),
    proof="static",
)
