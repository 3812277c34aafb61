"""Other readings of boxes, under each of which they would lie elsewhere: the slips of conversion scripts."""

from __future__ import annotations

from itertools import product

import numpy as np

from traindx.core.dataset import Floats

MOVES = (-0.06, -0.03, 0.0, 0.03, 0.06)
"""Shares of a side by which all boxes may have been moved, each way and along both sides."""

SIDES = (320, 416, 512, 608, 640, 800, 1024, 1280)
"""Sizes that pictures are commonly trained at, by which a script may have divided instead of the picture's own sides."""

PADDED = (9 / 16, 2 / 3, 3 / 4)
"""Shares of a side that a usual picture (16 to 9, 3 to 2, 4 to 3) takes once it is padded to a square."""

SHIFTS = [(dx, dy) for dx, dy in product(MOVES, MOVES) if dx or dy]

CENTRE = np.array([0.5, 0.5, 0, 0])

READINGS = (
    "mirrored left to right",
    "counted from the lower edge",
    "turned by 180 degrees",
    "with x and y exchanged",
    "with the upper left corner taken for the centre",
    "with width and height divided by each other's side",
    "divided by the longer side",
    "divided by the shorter side",
    "divided by half of the picture's sides",
    "divided by twice the picture's sides",
    *(f"of the picture before it was padded {way}" for way in ("above and below", "left and right") for _ in PADDED),
    *(f"divided by {side} and not by the picture's sides" for side in SIDES),
    *(f"moved by {-dx:+.0%} of the width and {-dy:+.0%} of the height" for dx, dy in SHIFTS),
)
"""What would be wrong with the boxes as written, if they fit better the other way; in the order of `other_readings`."""


def other_readings(boxes: Floats, width: int, height: int) -> Floats:
    """Boxes (centre and size, shares of a picture's sides) with each slip of `READINGS` undone: (readings, boxes, 4)."""
    x, y, w, h = boxes.T
    longer, shorter = max(width, height), min(width, height)
    by = ((height, width), (longer, longer), (shorter, shorter), (width / 2, height / 2), (width * 2, height * 2))
    divided = [boxes * [a / width, b / height, a / width, b / height] for a, b in (*by, *((s, s) for s in SIDES))]
    laid = [
        np.stack([1 - x, y, w, h], axis=1),
        np.stack([x, 1 - y, w, h], axis=1),
        np.stack([1 - x, 1 - y, w, h], axis=1),
        np.stack([y, x, h, w], axis=1),
        np.stack([x + w / 2, y + h / 2, w, h], axis=1),
        *divided[:5],
        *((boxes - CENTRE) * [1, share, 1, share] + CENTRE for share in PADDED),
        *((boxes - CENTRE) * [share, 1, share, 1] + CENTRE for share in PADDED),
        *divided[5:],
        *(boxes + np.array([dx, dy, 0, 0]) for dx, dy in SHIFTS),
    ]
    return np.stack(laid)
