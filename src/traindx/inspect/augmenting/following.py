"""Follows boxes through a pipeline by their pixels: the same picture with a box once black and once white, same random numbers.

What differs in the two results is where the box went, whatever colours, noise or order of channels the pipeline made of it.
"""

from __future__ import annotations

import random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from traindx.inspect.augmenting.boxes import Boxes
from traindx.inspect.augmenting.opened import Opened
from traindx.inspect.augmenting.wanted import Labelled, Pipeline, Pixels, Result

MOST = 4
"""Boxes followed in one picture: the largest."""

FEWEST_PIXELS = 4
"""A box of fewer pixels in the result is not looked for."""

HALF = 0.5
CLEAR = 0.2
"""What differs by less, as a share of the range of the result, is no trace of a box: a contrast that follows the mean of the
picture shifts all of it, two pictures that are mixed leave a half."""


def seed_all(seed: int, *objects: Any) -> None:
    """Python, numpy, torch, and pipelines that draw by themselves (Albumentations)."""
    random.seed(seed)
    np.random.seed(seed)
    import torch

    torch.manual_seed(seed)
    for one in objects:
        if callable(getattr(one, "set_random_seed", None)):
            one.set_random_seed(seed)


class Follower:
    """Runs one picture of a pipeline with one seed, as often as its boxes want it."""

    def __init__(
        self, pipeline: Pipeline, number: int, labelled: Labelled, pixels: Pixels, *, seed: int, opened: Opened
    ) -> None:
        self._pipeline, self._number, self._seed = pipeline, number, seed
        self._pixels, self._opened, self._path = pixels, opened, labelled.path
        self.classes = list(labelled.classes)
        self.alone = pipeline.own is None
        self.height, self.width = pixels.shape[:2]
        self.means = (pixels.reshape(-1, 3).mean(axis=0) / 255).tolist()
        scale = np.array([self.width, self.height, self.width, self.height])
        self.before: Boxes = np.array(labelled.boxes, dtype=np.float64).reshape(-1, 4) * scale

    def run(self, pixels: Pixels | None = None) -> Result:
        """The result with the seed's random numbers."""
        seed_all(self._seed, self._pipeline.parts)
        given = self._pixels if pixels is None else pixels
        self._opened.instead = {} if self.alone else {self._path: given}
        try:
            return self._pipeline.run(self._number, given.copy(), self.before.copy(), list(self.classes))
        finally:
            self._opened.instead = {}

    def chosen(self) -> list[int]:
        """The boxes to follow: the largest, of those large enough to be found again."""
        area = (self.before[:, 2:] - self.before[:, :2]).prod(axis=1)
        order = np.argsort(-area, kind="stable")[:MOST]
        return [int(i) for i in order if area[i] >= 4 * FEWEST_PIXELS]

    def seen(self, box: int) -> tuple[NDArray[np.bool_] | None, tuple[float, float, float, float] | None]:
        """The pixels of the result that were the box's, and their corners; None for both where the runs cannot be compared."""
        dark, bright = (self.run(self._painted(box, value)).picture for value in (0, 255))
        if dark.shape != bright.shape:
            return None, None
        apart = np.abs(bright.astype(np.float32) - dark.astype(np.float32)).max(axis=2)
        apart[~np.isfinite(apart)] = 0
        held = max(float(np.ptp(np.nan_to_num(one.astype(np.float32)))) for one in (bright, dark))
        region = apart > max(HALF * float(apart.max()), CLEAR * held, 1e-9)
        rows, columns = np.flatnonzero(region.any(axis=1)), np.flatnonzero(region.any(axis=0))
        if len(rows) * len(columns) < FEWEST_PIXELS:
            return region, None
        return region, (float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1))

    def _painted(self, box: int, value: int) -> Pixels:
        pixels: Pixels = np.array(self._pixels)
        x0, y0, x1, y1 = np.round(self.before[box]).astype(int)
        pixels[max(y0, 0) : max(y1, 0), max(x0, 0) : max(x1, 0)] = value
        return pixels


def same(one: Result, other: Result) -> bool:
    """Whether two results are the same picture with the same boxes."""
    return (
        one.picture.shape == other.picture.shape
        and bool(np.allclose(one.picture, other.picture, equal_nan=True))
        and one.boxes.shape == other.boxes.shape
        and bool(np.allclose(one.boxes, other.boxes, equal_nan=True))
    )
