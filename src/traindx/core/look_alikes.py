"""Which class an object looks to have, by all others of the set: kernel ridge regression, each object left out in turn."""

from __future__ import annotations

import numpy as np

from traindx.core.crops import Crops
from traindx.core.dataset import Floats

TOGETHER = 3_000
"""Objects that are judged by each other: the work grows with the cube, to a few seconds. Larger sets are cut at random."""

RIDGE, WIDTH = 1.0, 1.5
"""Penalty and width of the kernel exp(-WIDTH d^2 / median d^2). Set on CIFAR-10 with human labels (docs/label-noise.md)."""


def looks_to_be(crops: Crops, classes: int) -> Floats:
    """Probability-like scores (n, classes) of what each object looks to be, its own label left out.

    Ridge regression on one-hot labels with a Gaussian kernel; the prediction without the object itself is
    y - (P y) / diag(P), P = (K + ridge I)^-1 (Rasmussen and Williams 2006, section 5.4.2), clipped and scaled to sum to one.
    """
    scores = np.full((len(crops), classes), 1 / max(classes, 1))
    order = np.random.default_rng(0).permutation(len(crops))
    parts = max(1, -(-len(crops) // TOGETHER))
    for block in np.array_split(order, parts):
        if len(block) > 1:
            scores[block] = _left_out(crops.features[block].astype(np.float64), np.eye(classes)[crops.labels[block]])
    return scores


def _left_out(features: Floats, labels: Floats) -> Floats:
    features = features - features.mean(axis=0)
    distance = _squares(features, features)
    middle = float(np.median(distance[:: max(1, len(distance) // 500)])) or 1.0
    kernel = np.exp(-WIDTH / middle * distance).astype(np.float32)
    kernel[np.diag_indices(len(kernel))] += RIDGE
    inverse = np.linalg.inv(kernel)
    mean = labels.mean(axis=0)
    centred = labels - mean
    left_out = centred - (inverse @ centred) / np.diag(inverse)[:, None] + mean
    clipped = np.clip(left_out, 1e-3, 1)
    return np.asarray(clipped / clipped.sum(axis=1, keepdims=True))


def looks_by_others(others: Crops, own: Crops, classes: int) -> Floats:
    """The same scores (n, classes) of objects that are judged by other ones alone, of which at most `TOGETHER` are taken."""
    chosen = np.random.default_rng(0).permutation(len(others))[:TOGETHER]
    features, labels = others.features[chosen].astype(np.float64), np.eye(classes)[others.labels[chosen]]
    middle = features.mean(axis=0)
    known, asked = features - middle, own.features.astype(np.float64) - middle
    width = float(np.median(_squares(known, known)[:: max(1, len(known) // 500)])) or 1.0
    kernel = np.exp(-WIDTH / width * _squares(known, known))
    kernel[np.diag_indices(len(kernel))] += RIDGE
    mean = labels.mean(axis=0)
    said = np.exp(-WIDTH / width * _squares(asked, known)) @ np.linalg.solve(kernel, labels - mean) + mean
    clipped = np.clip(said, 1e-3, 1)
    return np.asarray(clipped / clipped.sum(axis=1, keepdims=True))


def _squares(one: Floats, other: Floats) -> Floats:
    """Squared distances of all pairs of rows."""
    sums = (one**2).sum(axis=1)[:, None] + (other**2).sum(axis=1)[None, :]
    return np.asarray(np.maximum(sums - 2 * one @ other.T, 0))
