"""Pictures have a mode or size that loaders do not agree on: 16 bits, CMYK, transparency, grey among colour, extreme size.

## How it shows
Single pictures reach the network white, black, with the wrong colours, or a hundred times reduced. Nothing stops unless
the loader stacks pictures of several channel counts. Pillow turns 16 bits white, OpenCV keeps their upper eight bits.

## How to tell it from its look-alikes
A file that cannot be decoded is `corrupt-images`. A whole split that looks different is `train-val-shift`. Scales that are
wrong for all pictures are `unscaled-inputs`.

## How to fix
Write the pictures as RGB of 8 bits, or have the loader convert each of them explicitly.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix

UNEXPECTED_IMAGE_MODE = Cause(
    slug="unexpected-image-mode",
    doc=__doc__,
    clues=(  # a guess until the benchmark sets it
        Clue("D104", if_seen=6.0, proves=True),
        Clue("D105", if_seen=4.0, if_absent=-1.0, proves=True),
        Clue("D107", if_seen=4.0, if_absent=-1.0),
        Clue("D103", if_seen=4.0),
        Clue("D106", if_seen=2.8),
        Clue("D114", if_seen=2.8),
    ),
    fix=Fix(
        "Write these pictures as RGB of 8 bits, or convert each of them when it is loaded.",
        {"pytorch": 'Image.open(path).convert("RGB")  # 8 bits; scale 16 bits yourself: Pillow cuts them at 255'},
    ),
    proof="static",
)
