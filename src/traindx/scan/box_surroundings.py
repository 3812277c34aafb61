"""What lies under boxes and around them: contrast to a ring around each, and edges under its sides, by sums over rectangles."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from traindx.core.dataset import Floats, Ints


def sums_of(pixels: NDArray[Any]) -> Floats:
    """Sums of all values above and to the left, (height + 1, width + 1, channels)."""
    sums = np.zeros((pixels.shape[0] + 1, pixels.shape[1] + 1, pixels.shape[2]))
    sums[1:, 1:] = pixels.cumsum(axis=0, dtype=np.float64).cumsum(axis=1)
    return sums


def gradients_of(pixels: NDArray[Any]) -> Floats:
    """Absolute differences of grey to the left and above, (height, width, 2)."""
    grey = pixels.mean(axis=2)
    across, down = np.diff(grey, axis=1, prepend=grey[:, :1]), np.diff(grey, axis=0, prepend=grey[:1])
    return np.stack([np.abs(across), np.abs(down)], axis=2)


def _corners(sums: Floats, boxes: Floats) -> tuple[Ints, Ints, Ints]:
    """Upper left and lower right corners in whole pixels, (n, 2) each, of a pixel or more; and the picture's sides."""
    sides = np.array([sums.shape[1] - 1, sums.shape[0] - 1])
    low = np.clip(np.rint((boxes[:, :2] - boxes[:, 2:] / 2) * sides).astype(int), 0, sides - 1)
    return (
        low,
        np.maximum(np.clip(np.rint((boxes[:, :2] + boxes[:, 2:] / 2) * sides).astype(int), 1, sides), low + 1),
        sides,
    )


def contrasts(sums: Floats, boxes: Floats) -> Floats:
    """Difference of colour between each box and a ring around it, a fifth of its sides wide."""
    low, high, sides = _corners(sums, boxes)
    wide = np.maximum((high - low) // 5, 1)
    inner, area = _within(sums, low, high)
    outer, around = _within(sums, np.maximum(low - wide, 0), np.minimum(high + wide, sides))
    ring = (outer - inner) / np.maximum(around - area, 1)
    return np.asarray(np.abs(inner / area - ring).sum(axis=1))


def edges(sums: Floats, boxes: Floats) -> Floats:
    """Mean gradients across the four sides of each box, within a pixel of them, added up."""
    low, high, sides = _corners(sums, boxes)
    found = np.zeros(len(boxes))
    for axis in (0, 1):
        for side in (low, high):
            first, last = low.copy(), high.copy()
            first[:, axis] = np.clip(side[:, axis] - 1, 0, sides[axis] - 1)
            last[:, axis] = np.clip(side[:, axis] + 2, first[:, axis] + 1, sides[axis])
            total, area = _within(sums, first, last)
            found += (total / area)[:, axis]
    return found


def _within(sums: Floats, low: Ints, high: Ints) -> tuple[Floats, Floats]:
    """Sum of values and number of pixels in each rectangle."""
    (x0, y0), (x1, y1) = low.T, high.T
    total = sums[y1, x1] - sums[y0, x1] - sums[y1, x0] + sums[y0, x0]
    return total, ((x1 - x0) * (y1 - y0)).astype(float)[:, None]
