"""How well boxes fit their pictures, as a fact: against the same boxes mirrored, turned over, and read in a padded square."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from traindx.core.dataset import Dataset, Floats, Ints
from traindx.core.matching import usable

MIRRORED, TURNED, PADDED = range(3)
"""The other layouts: left to right, upside down, and as shares of the square that the picture was padded to."""

PER_SPLIT = 60
"""Pictures looked at of a split, drawn at random: each costs a second decode. Those of coco128, the hardest here, then fit
their boxes by three standard errors in the worst of four measures and by five in the others."""

LEAST_SIDE, MOST_SIDE = 0.04, 0.9
"""Sides of boxes that tell: smaller ones are lost at the size that is looked at, larger ones fit however they lie. A guess."""

TOO_FEW = "too few local pictures with boxes whose place can be judged"

CLEAR = 0.1
"""Logarithm of a ratio from which a picture is said to fit one layout better: about a tenth."""

FEWEST = 8
"""Pictures from which a mean has a standard error. A guess."""


@dataclass(frozen=True)
class BoxFit:
    """`gains` is (n, 3, 2): by how much (in logarithms) the boxes of a picture fit better than in each other layout, by the edges
    under their sides and by the contrast to what surrounds them; nan where the two layouts nearly coincide."""

    image: Ints
    gains: Floats

    def __len__(self) -> int:
        return len(self.image)

    def of(self, split: str, dataset: Dataset) -> BoxFit:
        """The pictures of one split."""
        own = dataset.images.split[self.image] == split
        return BoxFit(self.image[own], self.gains[own])

    def certainty(self, layout: int) -> tuple[float, float]:
        """How many standard errors boxes fit better than in another layout: by edges, by contrast. nan for too few pictures."""
        return _errors(self.gains[:, layout, 0]), _errors(self.gains[:, layout, 1])

    def over_mirror_images(self) -> Floats:
        """The four certainties over the boxes mirrored and upside down; nan among them for too few pictures."""
        return np.array([*self.certainty(MIRRORED), *self.certainty(TURNED)])

    def favour(self, layout: int) -> tuple[Ints, Ints]:
        """The pictures that fit the other layout clearly better by both measures, and those that fit their own."""
        gains = self.gains[:, layout]
        return self.image[(gains < -CLEAR).all(axis=1)], self.image[(gains > CLEAR).all(axis=1)]


def _errors(values: Floats) -> float:
    known = values[np.isfinite(values)]
    if len(known) < FEWEST:
        return float("nan")
    return float(known.mean() / max(known.std(ddof=1) / len(known) ** 0.5, 1e-6))


def telling(dataset: Dataset) -> Ints:
    """Boxes whose place in their picture can be judged by what is seen there."""
    b = dataset.boxes
    inside = (np.abs(b.x - 0.5) <= 0.5) & (np.abs(b.y - 0.5) <= 0.5)
    sized = (np.minimum(b.w, b.h) >= LEAST_SIDE) & (np.maximum(b.w, b.h) <= MOST_SIDE)
    upright = (dataset.images.orientation[b.image] <= 1) & (dataset.images.damage[b.image] == "")
    return np.flatnonzero(usable(b) & inside & sized & upright & (dataset.images.width[b.image] > 0))


def fits(*gains: float) -> BoxFit:
    """Pictures whose boxes fit so much better than mirrored, upside down and in a padded square, 60 each, for examples: the same
    three numbers again for the next 60 pictures."""
    parts = np.repeat(np.reshape(gains, (-1, 3)), 60, axis=0)
    spread = 0.3 * np.cos(np.arange(len(parts)))[:, None]
    return BoxFit(np.arange(len(parts)), np.repeat((parts + spread)[:, :, None], 2, axis=2))
