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
    suspect = np.flatnonzero((b.x > _ABOVE) | (b.y > _ABOVE) | (b.w > _ABOVE) | (b.h > _ABOVE))
    if not len(suspect) or dataset.format != "yolo":
        return pixels
    image = b.image[suspect]
    width, height = images.width[image].astype(float), images.height[image].astype(float)
    values = np.stack([b.x[suspect], b.y[suspect], b.w[suspect], b.h[suspect]])
    room = np.stack([width, height, width, height]) + 1
    fits = ((values >= -1) & (values <= room)).all(axis=0)
    far = (values > 2).sum(axis=0) >= 3
    surely = np.where(width > 0, fits & ((values > _ABOVE).sum(axis=0) >= 3), far & np.isfinite(values).all(axis=0))
    beside = np.bincount(image, weights=surely, minlength=len(images))[image] > 0
    pixels[suspect] = surely | (beside & fits)
    return pixels


def finite(dataset: Dataset) -> Mask:
    """Boxes whose four numbers are finite."""
    b = dataset.boxes
    return np.isfinite(b.x) & np.isfinite(b.y) & np.isfinite(b.w) & np.isfinite(b.h)


def out_of_range(dataset: Dataset) -> Mask:
    """Finite boxes, not in pixels, with a centre outside 0..1 or a size above 1, by more than `TOLERANCE_SHARE`."""
    b = dataset.boxes
    outside = (b.x > _ABOVE) | (b.y > _ABOVE) | (b.w > _ABOVE) | (b.h > _ABOVE)
    outside |= (b.x < -TOLERANCE_SHARE) | (b.y < -TOLERANCE_SHARE)
    return outside & finite(dataset) & ~in_pixels(dataset) if outside.any() else outside


def plain_boxes(dataset: Dataset) -> Mask:
    """Boxes with an area and with centre and size within 0..1: those whose position in the picture means something."""
    b = dataset.boxes
    return (b.w > 0) & (b.h > 0) & finite(dataset) & ~in_pixels(dataset) & ~out_of_range(dataset)


def corner_reading_fits(dataset: Dataset) -> Mask:
    """Boxes that, read as two corners x0 y0 x1 y1, have an area and lie inside the picture."""
    b = dataset.boxes
    inside = (b.x >= -TOLERANCE_SHARE) & (b.y >= -TOLERANCE_SHARE) & (b.w <= _ABOVE) & (b.h <= _ABOVE)
    return inside & (b.w > b.x) & (b.h > b.y)


def overhang(dataset: Dataset) -> tuple[Floats, Floats]:
    """By what share of the side each box, read by its centre, leaves the picture at left or top, and at right or bottom."""
    b = dataset.boxes
    left_top = np.maximum(b.w / 2 - b.x, b.h / 2 - b.y)
    right_bottom = np.maximum(b.x + b.w / 2, b.y + b.h / 2) - 1
    return left_top, right_bottom
