"""Ranks labels of a classification by how much predicted probabilities dispute them.

Confident learning after Northcutt, Jiang and Chuang, "Confident Learning: Estimating Uncertainty in Dataset Labels",
Journal of Artificial Intelligence Research 70 (2021); scores after Kuan and Mueller, "Model-agnostic label quality scoring
to detect real-world label errors", ICML DataPerf workshop (2022). The probabilities should be out of sample: a model that
has seen a label has learnt to agree with it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from traindx.core.calibration import worth_of
from traindx.core.dataset import Floats, Ints

HIGHEST = 0.8
"""Thresholds are not higher: a model that is 0.99 sure on average would else let a label pass that it contradicts with 0.95."""

WITNESS = 0.5
"""Who is right as often as wrong is no witness."""


@dataclass(frozen=True)
class Ranking:
    """One entry per sample: `quality` (0 disputed, 1 agreed), the class `suggested`, and whether the label is `disputed`.

    `joint[i, j]` counts samples labelled i that are confidently of class j.
    """

    quality: Floats
    suggested: Ints
    disputed: NDArray[np.bool_]
    joint: Ints

    def order(self) -> Ints:
        """Disputed samples, the most doubtful first."""
        worst = np.argsort(self.quality, kind="stable")
        return worst[self.disputed[worst]]


def self_confidence(probabilities: Floats, labels: Ints) -> Floats:
    """The probability of the given label, (n,)."""
    return probabilities[np.arange(len(labels)), labels]


def class_thresholds(probabilities: Floats, labels: Ints) -> Floats:
    """t_j, the mean probability of class j over the samples labelled j (equation 2 of Northcutt et al.); 1 for unused classes.

    A class of which the model is rarely sure needs less to be believed.
    """
    count = np.bincount(labels, minlength=probabilities.shape[1])
    total = np.bincount(labels, weights=self_confidence(probabilities, labels), minlength=probabilities.shape[1])
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), 1.0))


def rank_labels(probabilities: Floats, labels: Ints) -> Ranking:
    """Rank the labels (n,) by probabilities (n, classes).

    A label is disputed if the sample is counted for another class in the confident joint: the likeliest of the classes
    whose probability reaches their threshold is another; and if predictions of that class with about that probability have
    the label in at least `WITNESS` of the cases on this set, so that a weak model disputes little. Quality is the probability
    of the label after each class's was divided by its mean over the set: a class that the model favours disputes less.
    """
    n, classes = probabilities.shape
    thresholds = np.minimum(class_thresholds(probabilities, labels), HIGHEST)
    confident = np.where(probabilities >= thresholds, probabilities, -1.0)
    believed = np.where(confident.max(axis=1) >= 0, confident.argmax(axis=1), -1)
    known = believed >= 0
    joint = np.zeros((classes, classes), dtype=np.int64)
    np.add.at(joint, (labels[known], believed[known]), 1)
    suggested = np.where(known, believed, probabilities.argmax(axis=1)).astype(np.int64)
    score = probabilities[np.arange(n), suggested]
    trusted = worth_of(suggested, score, suggested == labels, np.ones(n, bool)) >= WITNESS
    even = probabilities / np.maximum(probabilities.mean(axis=0), 1e-9)
    return Ranking(
        quality=self_confidence(even / even.sum(axis=1, keepdims=True), labels),
        suggested=suggested,
        disputed=known & (believed != labels) & trusted,
        joint=joint,
    )
