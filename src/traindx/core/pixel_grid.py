"""Boxes drawn on whole pixels betray how their four numbers were meant: under the right reading all corners are whole."""

from __future__ import annotations

import numpy as np

from traindx.core.box_readings import Mask, in_pixels
from traindx.core.dataset import Dataset, Floats, Ints

NEAR = 0.05
"""How far from a whole pixel a corner may lie: four to six decimals of a share of some thousand pixels leave less. By
chance all four corners of a box lie so near in one box of ten thousand."""


def upright(dataset: Dataset) -> Mask:
    """Boxes of pictures of known size, wider or higher than square, that no EXIF tag turns: in them x and y can be told."""
    images, image = dataset.images, dataset.boxes.image
    clear = (images.width > 0) & (images.width != images.height) & (images.orientation < 5)
    return np.asarray(clear[image], dtype=bool)


def sized(dataset: Dataset) -> Mask:
    """Boxes with an area that are written as shares, also where they leave the picture."""
    return np.asarray(dataset.boxes.sound & ~in_pixels(dataset))


def corners_whole(dataset: Dataset, index: Ints, *, turned: bool = False, sides_swapped: bool = False) -> Mask:
    """Which of the boxes at `index` have whole pixels as corners; `turned`: x and w are shares of the height, y and h of
    the width; `sides_swapped`: the third number is the height."""
    b, images = dataset.boxes, dataset.images
    image = b.image[index]
    width, height = images.width[image].astype(float), images.height[image].astype(float)
    if turned:
        width, height = height, width
    w, h = (b.h[index], b.w[index]) if sides_swapped else (b.w[index], b.h[index])
    whole = np.ones(len(index), dtype=bool)
    for centre, half, side in ((b.x[index], w / 2, width), (b.y[index], h / 2, height)):
        whole &= _whole((centre - half) * side) & _whole((centre + half) * side)
    return whole


def starts_whole(dataset: Dataset) -> tuple[Ints, Ints]:
    """How many sides of each box are odd numbers of pixels (0 to 2), and how many of these have a whole number before.

    The centre of a side that is odd and begins on a whole pixel lies on a half pixel; its beginning does not.
    """
    b, images = dataset.boxes, dataset.images
    count = np.zeros((2, len(b)), dtype=np.int64)
    for first, size, side in ((b.x, b.w, images.width), (b.y, b.h, images.height)):
        pixels = side[b.image].astype(float)
        odd = _odd(size * pixels)
        count += [odd, odd & _whole(first * pixels)]
    return count[0], count[1]


def _whole(values: Floats) -> Mask:
    with np.errstate(invalid="ignore"):
        return np.asarray(np.abs(values - np.round(values)) < NEAR)


def _odd(values: Floats) -> Mask:
    with np.errstate(invalid="ignore"):
        return np.asarray(_whole(values) & (np.abs(np.mod(np.round(values), 2) - 1) < 0.5))
