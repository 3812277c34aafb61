"""How well boxes fit their pictures, as a fact: against the same boxes mirrored, turned over, and read in a padded square."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from traindx.core.box_layouts import READINGS
from traindx.core.dataset import Dataset, Floats, Ints
from traindx.core.matching import usable

MIRRORED, TURNED, PADDED, ELSEWHERE = range(4)
"""The other layouts: left to right, upside down, as shares of the square that the picture was padded to, boxes of others."""

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
class OtherReading:
    """Another reading of boxes, by how many standard errors it fits better, in which pictures, and whether it is the right one."""

    words: str
    errors: float
    image: Ints
    fits: bool


@dataclass(frozen=True)
class BoxFit:
    """`gains` is (n, 4, 2): by how much (in logarithms) the boxes of a picture fit better than in each other layout, by the edges
    under their sides and by the contrast to what surrounds them; nan where the two layouts nearly coincide. `read` is
    (n, readings, 2): by how much each other reading of `box_layouts` fits better than the boxes as written."""

    image: Ints
    gains: Floats
    read: Floats

    def __len__(self) -> int:
        return len(self.image)

    def of(self, split: str, dataset: Dataset) -> BoxFit:
        """The pictures of one split."""
        own = dataset.images.split[self.image] == split
        return BoxFit(self.image[own], self.gains[own], self.read[own])

    def certainty(self, layout: int) -> tuple[float, float]:
        """How many standard errors boxes fit better than in another layout: by edges, by contrast. nan for too few pictures."""
        return _errors(self.gains[:, layout, 0]), _errors(self.gains[:, layout, 1])

    def over_mirror_images(self) -> Floats:
        """The four certainties over the boxes mirrored and upside down; nan among them for too few pictures."""
        return np.array([*self.certainty(MIRRORED), *self.certainty(TURNED)])

    def at_home(self, certain: float) -> bool:
        """Whether boxes fit their pictures better than their mirror images do, and than boxes of other pictures.

        Objects that all lie in one place leave the second unsaid; a mirror image may fit by chance, which the second tells."""
        mirrors = float(self.over_mirror_images().max())
        others = [errors for errors in self.certainty(ELSEWHERE) if not np.isnan(errors)]
        return mirrors >= certain and (mirrors >= 2 * certain or not others or max(others) >= certain)

    def other_reading(self, least: float = 0.1, certain: float = 3.0, most: float = 0.75) -> OtherReading:
        """The reading that half of the pictures choose, and whether the other half and most of all confirm it."""
        chosen = int(self.read[::2].mean(axis=0).min(axis=1).argmax())  # whose worse measure is best in the mean
        gains, own = self.read[1::2, chosen], self.image[(self.read[:, chosen] > 0).all(axis=1)]
        errors = min(_errors(gains[:, 0]), _errors(gains[:, 1]))
        fits = errors >= certain and float(gains.mean(axis=0).min()) >= least and len(own) >= most * len(self)
        return OtherReading(READINGS[chosen], errors, own, fits)

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
    three numbers again for the next 60 pictures. Than boxes of other pictures they fit by the first number."""
    parts = np.repeat(np.reshape(gains, (-1, 3))[:, [0, 1, 2, 0]], 60, axis=0)
    spread = 0.3 * np.cos(np.arange(len(parts)))[:, None]
    gained = np.repeat((parts + spread)[:, :, None], 2, axis=2)
    return BoxFit(np.arange(len(parts)), gained, np.full((len(parts), len(READINGS), 2), -0.3))
