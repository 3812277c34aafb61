"""Boxes of a result: their format, read as corners in pixels, and how they overlap."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Boxes = NDArray[np.float64]

FORMATS = (
    "corners in pixels",
    "corner and size in pixels",
    "centre and size in pixels",
    "centre and size in shares",
    "corners in shares",
)


def as_corners(boxes: Boxes, box_format: str, width: int, height: int) -> Boxes:
    """Corners in pixels, from boxes in one of `FORMATS`."""
    if not len(boxes):
        return np.zeros((0, 4))
    held = boxes[:, :4].astype(np.float64)
    if box_format.endswith("shares"):
        held = held * np.array([width, height, width, height])
    if box_format.startswith("centre"):
        half = held[:, 2:] / 2
        return np.hstack([held[:, :2] - half, held[:, :2] + half])
    if box_format.startswith("corner and"):
        return np.hstack([held[:, :2], held[:, :2] + held[:, 2:]])
    return held


def overlaps(one: Boxes, others: Boxes) -> Boxes:
    """The IoU of each with each, [n, m]."""
    if not len(one) or not len(others):
        return np.zeros((len(one), len(others)))
    low = np.maximum(one[:, None, :2], others[None, :, :2])
    high = np.minimum(one[:, None, 2:], others[None, :, 2:])
    both = np.clip(high - low, 0, None).prod(axis=2)
    area = np.clip(one[:, 2:] - one[:, :2], 0, None).prod(axis=1)[:, None]
    area = area + np.clip(others[:, 2:] - others[:, :2], 0, None).prod(axis=1)[None] - both
    return np.asarray(both / np.maximum(area, 1e-9))
