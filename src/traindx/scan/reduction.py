"""How much smaller a picture is looked at: 32 to 63 pixels on the short side, whatever its format."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL import Image

SHORT = 32
"""The perceptual hash's eight lowest frequencies need 16 samples on a side; twice that leaves room for sharpness."""

LONG = 1024
"""Strips of extreme aspect are reduced along their long side too, so that memory stays bounded."""


def scale_down(width: int, height: int) -> int:
    """The largest of 8, 4, 2 and 1, by which JPEG decoders reduce, that leaves `SHORT` pixels on the short side."""
    return next((part for part in (8, 4, 2) if min(width, height) >= SHORT * part), 1)


def reduced(picture: Image.Image) -> NDArray[np.uint8]:
    """An RGB picture by means over squares of pixels: first as a JPEG decoder does it, so that it looks like its JPEG."""
    return short(np.asarray(picture.reduce(scale_down(*picture.size))))


def short(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """RGB pixels, (height, width, 3), with less than twice `SHORT` on the short side, by means over squares."""
    height, width = pixels.shape[:2]
    factor = max(1, min(height, width) // SHORT)
    factors = (max(factor, width // LONG), max(factor, height // LONG))
    if factors == (1, 1):
        return pixels
    from PIL import Image

    return np.asarray(Image.fromarray(pixels).reduce(factors))
