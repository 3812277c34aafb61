"""Red and blue are exchanged in a part of the pictures.

## How it shows
The pictures of a split look blue where others are red. Training goes well and val does worse, most of all for classes that
are told by their colour; or the other way round where the training's pictures are the exchanged ones.

## How to tell it from its look-alikes
Other light, or another camera, moves colours too (`train-val-shift`): then exchanging red and blue does not bring them back.
A loader that exchanges the colours of all pictures alike shows in the batches and not in the files.

## How to fix
Write the pictures anew in the right order. OpenCV reads and writes blue first, Pillow and torchvision red first.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix

CHANNELS_SWAPPED = Cause(
    slug="channels-swapped",
    doc=__doc__,
    clues=(Clue("D335", if_seen=6.0, if_absent=-2.0),),  # a guess until the benchmark sets it
    fix=Fix(
        "Write the pictures of that split anew with red and blue exchanged, and mend the script that made them.",
        {"pytorch": "picture[..., ::-1]  # of what OpenCV has read, before Pillow writes it"},
    ),
    proof="static",
)
