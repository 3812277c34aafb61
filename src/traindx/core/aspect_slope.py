"""Whether objects keep their shape when the picture is turned: the slope of their aspect over the picture's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from traindx.core.box_readings import Mask
from traindx.core.dataset import Dataset, Ints

LARGE = 0.9
"""Sides above this share are left out: a box as large as its picture has the picture's shape."""

FEWEST = 20
"""Pictures that are clearly wide, and clearly high, which a slope rests on at least. A guess."""

ENOUGH = 200_000
"""Boxes that are looked at, spread evenly over the set: more make the slope no surer."""


@dataclass(frozen=True)
class Slope:
    """By how much the logarithm of a box's aspect in pixels grows with that of its picture, with its standard error.

    Objects do not know the picture's shape: the slope is near 0. With x and y, w and h swapped it is near 2: a share
    of the other side is stretched once by the swap and once by the reading. In 256 pictures of COCO: 0.04 as written, 1.96
    swapped, standard error 0.07 (`python bench/label_bounds.py`).
    """

    value: float
    error: float

    @property
    def swapped(self) -> bool:
        """Whether it is surely nearer to 2 than to 0 or 1 (boxes with the picture's shape have 1)."""
        return self.value - 4 * self.error > 1.3


class Aspects:
    """Aspects of boxes and of their pictures, taken once, so that the slope can be asked for many parts of a set."""

    def __init__(self, dataset: Dataset, chosen: Mask) -> None:
        b, images = dataset.boxes, dataset.images
        index = np.flatnonzero(chosen & (b.w > 0) & (b.h > 0) & (b.w < LARGE) & (b.h < LARGE))
        index = index[:: len(index) // ENOUGH + 1]
        self.image: Ints = b.image[index]
        self._pictures = len(images)
        self._picture = np.log(images.width[self.image] / images.height[self.image])
        self._shape = np.log(b.w[index] / b.h[index]) + self._picture
        self._class = np.clip(np.nan_to_num(b.class_id[index]), 0, 10_000).astype(np.int64)

    def slope(self, part: Mask | None = None) -> Slope | None:
        """The slope within classes, over the boxes (of `image`) that `part` marks; its error counts a picture as one witness.

        None with fewer than `FEWEST` pictures that are clearly wide, or clearly high.
        """
        chosen = np.ones(len(self.image), dtype=bool) if part is None else part
        image, picture, shape, group = (c[chosen] for c in (self.image, self._picture, self._shape, self._class))
        wide, high = (np.count_nonzero(np.bincount(image[m])) for m in (picture > 0.1, picture < -0.1))
        if min(wide, high) < FEWEST:
            return None
        n = np.maximum(np.bincount(group), 1)
        x = picture - (np.bincount(group, weights=picture) / n)[group]
        y = shape - (np.bincount(group, weights=shape) / n)[group]
        square = float((x * x).sum())
        if square == 0:
            return None
        value = float((x * y).sum()) / square
        scores = np.bincount(image, weights=x * (y - value * x), minlength=self._pictures)
        return Slope(value, float(np.sqrt((scores**2).sum())) / square)
