"""The size that a json or xml records is not the picture's.

## How it shows
After conversion to YOLO the boxes are squeezed, stretched or outside their picture, while they look right in viewers that
open the picture. Masks do not fit. With a recorded 0 the conversion stops or the picture is dropped.

## How to tell it from its look-alikes
Boxes that fit the recorded size and not the file were drawn before the pictures were resized: then the boxes are to be
scaled too. Width and height exchanged in pictures with an EXIF turn is `exif-orientation`.

## How to fix
Write the width and height of the file, as stored, into the json or xml.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix

_SNIPPET = """\
for image in coco["images"]:
    image["width"], image["height"] = Image.open(folder / image["file_name"]).size
"""

WRONG_RECORDED_SIZE = Cause(
    slug="wrong-recorded-size",
    doc=__doc__,
    clues=(  # a guess until the benchmark sets it
        Clue("D230", if_seen=7.0, if_absent=-1.0, proves=True),
        Clue("D239", if_seen=4.5),
    ),
    fix=Fix("Write the width and height of the file, as stored, into the json or xml.", {"pytorch": _SNIPPET}),
    proof="static",
)
