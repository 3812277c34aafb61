"""Ways to read the four numbers of a box, and which of them fit the picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from traindx.core.dataset import Dataset, Floats

Mask = NDArray[np.bool_]

TOLERANCE_SHARE = 0.01
"""By how much a normalised coordinate may pass 0 or 1: the tolerance of Ultralytics (data/utils.py, verify_image_label)."""


def in_pixels(dataset: Dataset) -> Mask:
    """Boxes with at least three coordinates above 1 that all fit the picture's size in pixels.

    Where the size is unknown, three coordinates above 2 are enough.
    """
    b, images = dataset.boxes, dataset.images
    width = images.width[b.image].astype(float)
    height = images.height[b.image].astype(float)
    values = np.stack([b.x, b.y, b.w, b.h])
    room = np.stack([width, height, width, height]) + 1
    known = width > 0
    fits = ((values >= -1) & (values <= room)).all(axis=0)
    above = (values > 1 + TOLERANCE_SHARE).sum(axis=0) >= 3
    far = (values > 2).sum(axis=0) >= 3
    return np.asarray(np.where(known, fits & above, far & np.isfinite(values).all(axis=0)), dtype=bool)


def spill(x0: Floats, y0: Floats, x1: Floats, y1: Floats) -> Floats:
    """By how much boxes with these normalised corners leave the picture, as a share of its side; 0 inside."""
    return np.asarray(np.maximum.reduce([-x0, -y0, x1 - 1, y1 - 1, np.zeros_like(x0)]), dtype=float)
