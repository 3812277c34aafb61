"""How a decoded picture looks, in a few numbers: light, contrast, colour, sharpness, a perceptual hash and 4 x 4 colours."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

SIDE = 32
"""Side of the grey picture whose lowest frequencies make the perceptual hash (Zauner 2010, section 3.2.1)."""


class Appearance(NamedTuple):
    """Fields of `Images` that need pixels."""

    phash: int
    brightness: float
    contrast: float
    saturation: float
    sharpness: float
    thumb: bytes


def _cosines() -> NDArray[np.floating[Any]]:
    """The first eight rows but the constant one of the type-II discrete cosine transform of length `SIDE`."""
    k, n = np.arange(1, 9)[:, None], np.arange(SIDE)[None, :]
    return np.cos(np.pi * k * (2 * n + 1) / (2 * SIDE)).astype(np.float32)


COSINES = _cosines()
LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)  # ITU-R BT.601


def appearance(pixels: NDArray[np.uint8]) -> Appearance:
    """The appearance of an RGB picture, (height, width, 3), best given at an eighth of its size."""
    colours = pixels.astype(np.float32) / 255
    grey = colours @ LUMA
    high, low = colours.max(axis=2), colours.min(axis=2)
    saturation = float(np.mean((high - low) / np.maximum(high, 1e-6)))
    contrast = float(grey.std())
    inner = 4 * grey[1:-1, 1:-1] - grey[:-2, 1:-1] - grey[2:, 1:-1] - grey[1:-1, :-2] - grey[1:-1, 2:]
    sharpness = float(inner.std() / contrast) if contrast > 1e-3 and inner.size else 0.0
    thumb = (_means(colours, 4) * 255).round().astype(np.uint8).tobytes()
    return Appearance(
        _phash(_means(grey[..., None], SIDE)[..., 0]), float(grey.mean()), contrast, saturation, sharpness, thumb
    )


def _means(pixels: NDArray[np.floating[Any]], side: int) -> NDArray[np.floating[Any]]:
    """Means over a `side` x `side` grid of a picture of any size (of nearest pixels where it is smaller)."""
    rows, columns = (np.linspace(0, n, side + 1).astype(int) for n in pixels.shape[:2])
    sums = np.zeros((pixels.shape[0] + 1, pixels.shape[1] + 1, pixels.shape[2]), dtype=np.float64)
    sums[1:, 1:] = pixels.cumsum(axis=0, dtype=np.float64).cumsum(axis=1)
    top, left = np.minimum(rows[:-1], pixels.shape[0] - 1), np.minimum(columns[:-1], pixels.shape[1] - 1)
    bottom, right = np.maximum(rows[1:], top + 1), np.maximum(columns[1:], left + 1)
    cells = sums[bottom][:, right] - sums[top][:, right] - sums[bottom][:, left] + sums[top][:, left]
    areas = (bottom - top)[:, None, None] * (right - left)[None, :, None]
    return np.asarray(cells / areas, dtype=np.float32)


def _phash(grey: NDArray[np.floating[Any]]) -> int:
    """64 bits: which of the 8 x 8 lowest frequencies of the grey picture lie above their median."""
    low = COSINES @ grey @ COSINES.T
    bits = (low > np.median(low)).ravel()
    return int.from_bytes(np.packbits(bits).tobytes(), "big")
