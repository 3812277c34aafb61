"""How often the class of an object is the one that it looks to have, split by split, against what chance would give."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from traindx.core.crops import Crops
from traindx.core.dataset import Dataset
from traindx.core.look_alikes import looks_to_be

MOST = 1_500
"""Objects of a split that are judged by each other, to bound the time to a second."""


@dataclass(frozen=True)
class LookAgreement:
    """Of `count` objects of a split the share `value` is labelled as it looks; `chance` would be with labels dealt at random.

    `rarer` of them are not of the commonest class.
    """

    split: str
    count: int
    value: float
    chance: float
    rarer: int

    @property
    def errors(self) -> float:
        """How many standard errors the agreement lies above chance."""
        return float((self.value - self.chance) / max(np.sqrt(self.chance * (1 - self.chance) / self.count), 1e-6))

    @property
    def beyond_chance(self) -> float:
        """Cohen's kappa: the share of what chance leaves that agrees."""
        return (self.value - self.chance) / max(1 - self.chance, 1e-6)

    @property
    def spread(self) -> float:
        """The standard error of `beyond_chance`: large where chance leaves little."""
        return float(np.sqrt(max(self.value * (1 - self.value), 1e-6) / self.count)) / max(1 - self.chance, 1e-6)


def look_agreements(dataset: Dataset, crops: Crops, fewest: int, most: int = MOST) -> Iterator[LookAgreement]:
    """The agreement of each split that has `fewest` objects of known classes, by its own objects alone, each left out in turn.

    Of a split `most` objects are looked at: with fewer of them looks tell less.
    """
    image = crops.index if dataset.task == "classify" else dataset.boxes.image[crops.index]
    of = dataset.images.split[image]
    known = np.isin(crops.labels, list(dataset.names))
    for split in dataset.splits:
        own = np.flatnonzero(known & (of == split.name))
        own = np.random.default_rng(0).permutation(own)[:most]
        labels = crops.labels[own]
        if len(own) < fewest or len(np.unique(labels)) < 2:
            continue
        scores = looks_to_be(Crops(crops.index[own], labels, crops.features[own]), max(dataset.names) + 1)
        best = scores.argmax(axis=1)
        shares = np.bincount(labels, minlength=scores.shape[1]) / len(labels)
        rarer = len(own) - int(np.bincount(labels).max())
        yield LookAgreement(split.name, len(own), float((best == labels).mean()), float(shares[best].mean()), rarer)
