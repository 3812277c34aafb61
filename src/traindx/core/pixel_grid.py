"""Boxes drawn on whole pixels betray how their four numbers were meant: under the right reading all corners are whole."""

from __future__ import annotations

import numpy as np

from traindx.core.box_readings import Mask, finite, in_pixels
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
    b = dataset.boxes
    return np.asarray((b.w > 0) & (b.h > 0) & finite(dataset) & ~in_pixels(dataset))


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


def starts_whole(dataset: Dataset) -> tuple[Mask, Mask]:
    """Boxes of whole odd width and height [px], and those of them whose first two numbers are whole pixels too.

    The centre of a box of odd size with whole corners lies on a half pixel; its corner does not.
    """
    b, images = dataset.boxes, dataset.images
    width, height = images.width[b.image].astype(float), images.height[b.image].astype(float)
    odd = _odd(b.w * width) & _odd(b.h * height)
    return odd, odd & _whole(b.x * width) & _whole(b.y * height)


def _whole(values: Floats) -> Mask:
    with np.errstate(invalid="ignore"):
        return np.asarray(np.abs(values - np.round(values)) < NEAR)


def _odd(values: Floats) -> Mask:
    with np.errstate(invalid="ignore"):
        return np.asarray(_whole(values) & (np.abs(np.mod(np.round(values), 2) - 1) < 0.5))
