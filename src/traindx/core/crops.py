"""How objects look, as a fact: one row of features per box, or per picture in classification."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from traindx.core.dataset import Dataset, Floats, Ints
from traindx.core.matching import usable

SIDE = 32
"""Side of a crop in pixels: what CIFAR has, and enough for 4 x 4 histograms of gradients."""

CELLS, DIRECTIONS = 4, 8

COLOUR, SHAPE = 0.1, 0.2
"""Weights of colours (set on CIFAR-10 with human labels, docs/label-noise.md) and of size and shape (a guess)."""

LARGEST = 30_000
"""Objects looked at, drawn at random from larger sets, to bound the time. A guess."""


@dataclass(frozen=True)
class Crops:
    """`index` are boxes (pictures, in classification), `features` is (n, d), nan-free, `labels` their classes.

    `asked`: every object was to be looked at. Else they were few, and are judged together, not one by one.
    """

    index: Ints
    labels: Ints
    features: NDArray[np.float32]
    asked: bool = True

    def __len__(self) -> int:
        return len(self.index)


def objects_to_look_at(dataset: Dataset) -> Ints:
    """Boxes that can be cut out (pictures that have a class), at most `LARGEST`."""
    if dataset.task == "classify":
        good = np.flatnonzero((dataset.images.class_id >= 0) & (dataset.images.damage == ""))
    else:
        good = np.flatnonzero(usable(dataset.boxes) & (dataset.images.damage[dataset.boxes.image] == ""))
    if len(good) > LARGEST:
        good = np.sort(np.random.default_rng(0).choice(good, LARGEST, replace=False))
    return good


def features_of(crop: NDArray[np.uint8], size: tuple[float, float] = (1.0, 1.0)) -> NDArray[np.float32]:
    """Features of a crop (32, 32, 3) RGB: 4 x 4 mean colours, spread of each colour, 4 x 4 histograms of 8 gradient directions.

    `size` is the width and height of the object as shares of its picture: the logarithms of area and shape are features too.

    Histograms are normalised over the crop by the square root of their share (HOG; Dalal and Triggs 2005, with the
    root of Arandjelovic and Zisserman 2012), so that light and contrast do not matter there.
    """
    colours = crop.astype(np.float32) / 255
    means = colours.reshape(CELLS, SIDE // CELLS, CELLS, SIDE // CELLS, 3).mean(axis=(1, 3)).ravel()
    grey = colours.mean(axis=2)
    dy, dx = np.gradient(grey)
    steepness, angle = np.hypot(dx, dy), np.arctan2(dy, dx) % np.pi
    direction = np.minimum((angle / np.pi * DIRECTIONS).astype(int), DIRECTIONS - 1)
    row, column = (np.indices(grey.shape) * CELLS) // SIDE
    place = ((row * CELLS + column) * DIRECTIONS + direction).ravel()
    histogram = np.bincount(place, weights=steepness.ravel(), minlength=CELLS * CELLS * DIRECTIONS)
    rooted = np.sqrt(histogram / max(float(histogram.sum()), 1e-6))
    spread = colours.std(axis=(0, 1))
    wide, high = (max(side, 1e-4) for side in size)
    shape = np.array([np.log(wide * high), np.log(wide / high)]) * SHAPE
    return np.concatenate([means * COLOUR, spread, rooted, shape]).astype(np.float32)


def crops_of(labels: Ints, features: Floats) -> Crops:
    """Crops of the first objects of a dataset from their classes and features, for examples."""
    return Crops(np.arange(len(labels)), np.asarray(labels, dtype=np.int64), np.asarray(features, dtype=np.float32))
