"""The first batch of a network that was just built: pictures of the dataset as its family resizes them, or drawn numbers."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""ImageNet's, which torchvision, timm and most recipes subtract and divide by."""
PADDING = 114 / 255
"""Ultralytics and YOLOv5 fill with this grey."""
SEED = 0


@dataclass(frozen=True)
class Batch:
    """`inputs` is [samples, channels, size, size]; `real`: made of pictures; `read` of them, and the `seconds` of each."""

    inputs: Any
    real: bool
    read: int = 0
    seconds: float | None = None


def first_batch(torch: Any, paths: Sequence[str], samples: int, size: int, channels: int, scaled: str) -> Batch:
    """A batch of pictures, or of normal numbers where none can be read. `scaled` is `letterbox` (the longer side fits, grey
    around it, values 0..1) or `square` (cut from the middle, normalised by ImageNet's numbers)."""
    import PIL.Image  # noqa: F401  # outside of what is timed

    began = time.perf_counter()
    found = [picture.pixels for path in paths if (picture := read(path, size, scaled)) is not None]
    read_count, seconds = len(found), (time.perf_counter() - began) / max(1, len(paths))
    found = found[:samples]
    if len(found) < 2:
        drawn = torch.randn(samples, channels, size, size, generator=torch.Generator().manual_seed(SEED))
        return Batch(drawn * 0.25 + 0.5 if scaled == "letterbox" else drawn, False)
    stacked: NDArray[Any] = np.stack([found[at % len(found)] for at in range(samples)])
    return Batch(as_inputs(torch, stacked, channels, scaled), True, read_count, seconds)


def as_inputs(torch: Any, pixels: NDArray[Any], channels: int, scaled: str) -> Any:
    """Pictures [samples, size, size, 3] in 0..1 as a network of that family is given them: [samples, channels, size, size]."""
    if scaled != "letterbox":
        pixels = (pixels - np.array(MEAN, dtype=np.float32)) / np.array(STD, dtype=np.float32)
    inputs = torch.from_numpy(np.ascontiguousarray(pixels.transpose(0, 3, 1, 2)))
    if channels == 1:
        return inputs.mean(1, keepdim=True)
    return inputs if channels == 3 else inputs[:, [at % 3 for at in range(channels)]]


@dataclass(frozen=True)
class Read:
    """A picture as [size, size, 3] in 0..1, and where the whole picture lies in it: left, top, width, height in pixels."""

    pixels: NDArray[Any]
    frame: tuple[float, float, float, float]


def read(path: str, size: int, scaled: str) -> Read | None:
    """A picture as its family resizes it; None where it cannot be read."""
    from PIL import Image

    try:
        with Image.open(path) as opened:
            picture = opened.convert("RGB")
            factor = size / (max if scaled == "letterbox" else min)(picture.size)
            wide, high = (max(1, round(side * factor)) for side in picture.size)
            array = np.asarray(picture.resize((wide, high), Image.Resampling.BILINEAR), dtype=np.float32) / 255
    except (OSError, ValueError, SyntaxError):
        return None
    if scaled != "letterbox":
        top, left = (array.shape[0] - size) // 2, (array.shape[1] - size) // 2
        return Read(np.asarray(array[top : top + size, left : left + size]), (-left, -top, wide, high))
    whole = np.full((size, size, 3), PADDING, dtype=np.float32)
    top, left = (size - array.shape[0]) // 2, (size - array.shape[1]) // 2
    whole[top : top + array.shape[0], left : left + array.shape[1]] = array[: size - top, : size - left]
    return Read(whole, (left, top, wide, high))
