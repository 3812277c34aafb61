"""Ways to read the four numbers of a box, and which of them fit the picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from traindx.core.dataset import Dataset, Floats

Mask = NDArray[np.bool_]

TOLERANCE_SHARE = 0.01
"""By how much a normalised coordinate may pass 0 or 1: the tolerance of Ultralytics (data/utils.py, verify_image_label)."""

_ABOVE = 1 + TOLERANCE_SHARE


def in_pixels(dataset: Dataset) -> Mask:
    """Boxes with at least three coordinates above 1 that all fit the picture's size in pixels.

    Where the size is unknown, three coordinates above 2 are enough. In a picture with such a box, one coordinate above 1
    is enough: a box without area has fewer. None in formats that are in pixels by rule (COCO, VOC).
    """
    b, images = dataset.boxes, dataset.images
    pixels = np.zeros(len(b), dtype=bool)
    if dataset.format != "yolo" or not (far := [c for c in (b.x, b.y, b.w, b.h) if _beyond(c, _ABOVE)]):
        return pixels
    suspect = np.flatnonzero(np.any([column > _ABOVE for column in far], axis=0))
    image = b.image[suspect]
    width, height = images.width[image].astype(float), images.height[image].astype(float)
    values = np.stack([b.x[suspect], b.y[suspect], b.w[suspect], b.h[suspect]])
    room = np.stack([width, height, width, height]) + 1
    fits = ((values >= -1) & (values <= room)).all(axis=0)
    apart = (values > 2).sum(axis=0) >= 3
    surely = np.where(width > 0, fits & ((values > _ABOVE).sum(axis=0) >= 3), apart & np.isfinite(values).all(axis=0))
    beside = np.bincount(image, weights=surely, minlength=len(images))[image] > 0
    pixels[suspect] = surely | (beside & fits)
    return pixels


def _beyond(column: Floats, most: float) -> bool:
    """Whether any number is larger, or none at all: a look without a column of answers."""
    return not column.max(initial=most) <= most


def finite(dataset: Dataset) -> Mask:
    """Boxes whose four numbers are finite."""
    b = dataset.boxes
    return np.isfinite(b.x) & np.isfinite(b.y) & np.isfinite(b.w) & np.isfinite(b.h)


def out_of_range(dataset: Dataset) -> Mask:
    """Finite boxes, not in pixels, with a centre outside 0..1 or a size above 1, by more than `TOLERANCE_SHARE`."""
    b = dataset.boxes
    outside = np.zeros(len(b), dtype=bool)
    for column in (b.x, b.y, b.w, b.h):
        if _beyond(column, _ABOVE):
            outside |= column > _ABOVE
    for column in (b.x, b.y):
        if _beyond(-column, TOLERANCE_SHARE):
            outside |= column < -TOLERANCE_SHARE
    return outside & finite(dataset) & ~in_pixels(dataset) if outside.any() else outside


def plain_boxes(dataset: Dataset) -> Mask:
    """Boxes with an area and with centre and size within 0..1: those whose position in the picture means something."""
    return dataset.boxes.sound & ~in_pixels(dataset) & ~out_of_range(dataset)


def corner_reading_fits(dataset: Dataset) -> Mask:
    """Boxes that, read as two corners x0 y0 x1 y1, have an area and lie inside the picture."""
    b = dataset.boxes
    inside = (b.x >= -TOLERANCE_SHARE) & (b.y >= -TOLERANCE_SHARE) & (b.w <= _ABOVE) & (b.h <= _ABOVE)
    return inside & (b.w > b.x) & (b.h > b.y)


def overhang(dataset: Dataset) -> tuple[Floats, Floats]:
    """By what share of the side each box, read by its centre, leaves the picture at left or top, and at right or bottom."""
    b = dataset.boxes
    across, down = b.w / 2, b.h / 2
    return np.maximum(across - b.x, down - b.y), np.maximum(across + b.x, down + b.y) - 1
