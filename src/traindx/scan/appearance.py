"""How decoded pictures look, in a few numbers each: light, contrast, colour, sharpness, a perceptual hash and 4 x 4 colours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from traindx.core.dataset import Floats

Bytes: TypeAlias = NDArray[np.uint8]
Looks: TypeAlias = tuple[int, float, float, float, float, bytes]
"""`phash`, `brightness`, `contrast`, `saturation`, `sharpness` and `thumb` of `Images`."""

LUMA = (np.uint16(77), np.uint16(150), np.uint16(29))
"""Red, green and blue in grey, in 256ths (ITU-R BT.601)."""

LEAST_CONTRAST = 1.0
"""Standard deviation in grey levels below which a picture has neither sharpness nor hash: what is left is rounding."""


TOGETHER = 16
"""Pictures of one size computed at once: fewer cost more calls, more do not fit a core's cache (`bench/scan_speed.py`)."""


class _Grid(NamedTuple):
    """What depends on the size of pictures alone: cosines and cells along rows and columns."""

    row_cosines: Floats
    column_cosines: Floats
    row_cells: NDArray[np.float32]
    column_cells: NDArray[np.float32]


def appearances(pictures: Sequence[Bytes]) -> list[Looks]:
    """The appearance of RGB pictures of one size, (height, width, 3) each, given with less than 64 pixels on the short side.

    Sums are of whole numbers held exactly, so that a picture's values do not depend on the others it is given with.
    """
    height, width = pictures[0].shape[:2]
    grid = _Grid(_cosines(height), _cosines(width), _cells(height), _cells(width))
    batches = (pictures[i : i + TOGETHER] for i in range(0, len(pictures), TOGETHER))
    return [looks for batch in batches for looks in _appearances(np.stack(batch), grid)]


def _appearances(pictures: Bytes, grid: _Grid) -> Iterator[Looks]:
    n = len(pictures)
    red, green, blue = planes = np.ascontiguousarray(pictures.transpose(3, 0, 1, 2))
    levels = red * LUMA[0]
    levels += green * LUMA[1]
    levels += blue * LUMA[2]
    levels >>= 8
    grey = levels.astype(np.float64)
    mean, contrast = _mean_and_deviation(grey.reshape(n, -1))
    flat = contrast < LEAST_CONTRAST
    edges = _laplacian(levels.view(np.int16)).reshape(n, -1).astype(np.float64)
    sharpness = np.where(flat, 0.0, _mean_and_deviation(edges)[1] / np.maximum(contrast, LEAST_CONTRAST))
    return zip(
        np.where(flat, np.uint64(0), _perceptual_hashes(grey, grid)).tolist(),
        (mean / 255).tolist(),
        (contrast / 255).tolist(),
        _saturation(red, green, blue).tolist(),
        sharpness.tolist(),
        [colours.tobytes() for colours in _mean_colours(planes, grid)],
        strict=True,
    )


def _mean_and_deviation(values: Floats) -> tuple[Floats, Floats]:
    """Of each row of whole numbers, whose sums and sums of squares are exact below 2 to the power of 53."""
    count = max(1, values.shape[1])
    mean = values.sum(axis=1) / count
    squares = (values[:, None, :] @ values[:, :, None]).ravel() / count
    return mean, np.sqrt(np.maximum(squares - mean**2, 0))


def _laplacian(grey: NDArray[np.int16]) -> NDArray[np.int16]:
    out: NDArray[np.int16] = grey[:, 1:-1, 1:-1] * np.int16(4)
    out -= grey[:, :-2, 1:-1]
    out -= grey[:, 2:, 1:-1]
    out -= grey[:, 1:-1, :-2]
    out -= grey[:, 1:-1, 2:]
    return out


def _saturation(red: Bytes, green: Bytes, blue: Bytes) -> Floats:
    """Mean saturation of the HSV model: the spread of a pixel's channels over the largest of them."""
    high = np.maximum(np.maximum(red, green), blue)
    low = np.minimum(np.minimum(red, green), blue)
    shares = np.subtract(high, low, dtype=np.float32)
    shares /= np.maximum(high, 1)
    return np.asarray(shares.reshape(len(red), -1).mean(axis=1), dtype=np.float64)


def _mean_colours(planes: Bytes, grid: _Grid) -> Bytes:
    """Mean colours over a grid of 4 x 4 cells (of nearest pixels where the picture is smaller), (n, 48)."""
    rows, columns = grid.row_cells, grid.column_cells
    sums = rows @ (planes.astype(np.float32) @ columns.T)  # of at most 65,793 pixels each, exact in 24 bits
    means = np.rint(sums / np.outer(rows.sum(axis=1), columns.sum(axis=1)))
    colours = np.asarray(means, dtype=np.uint8)
    return np.asarray(colours.transpose(1, 2, 3, 0).reshape(-1, 48))


def _cells(size: int) -> NDArray[np.float32]:
    """Which of `size` pixels belong to which of four cells, (4, size), as 0 and 1."""
    edges = np.arange(5) * size // 4
    first = np.minimum(edges[:-1], size - 1)[:, None]
    beyond = np.maximum(edges[1:, None], first + 1)
    at = np.arange(size)[None, :]
    return np.asarray((at >= first) & (at < beyond), dtype=np.float32)


def _perceptual_hashes(grey: Floats, grid: _Grid) -> NDArray[np.uint64]:
    """64 bits: which of the 8 x 8 lowest frequencies, the constant ones left out, lie above their median.

    As Zauner 2010, section 3.2.1, but without resizing to 32 x 32 first: the cosines are laid over the picture as it is.
    """
    low = (grid.row_cosines @ (grey @ grid.column_cosines.T)).reshape(-1, 64)
    bits = low > np.median(low, axis=1)[:, None]
    return np.packbits(bits, axis=1).view(">u8").ravel().astype(np.uint64)


def _cosines(size: int) -> Floats:
    """Rows 1 to 8 of the type-II discrete cosine transform, in whole 1024ths so that sums are exact in any order."""
    k, n = np.arange(1, 9)[:, None], np.arange(size)[None, :]
    return np.asarray(np.rint(1024 * np.cos(np.pi * k * (2 * n + 1) / (2 * size))))
