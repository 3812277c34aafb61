"""How many values as extreme as each are to be expected in a sample, by the sample's own tails."""

from __future__ import annotations

import numpy as np

from traindx.core.dataset import Floats, Ints

OUTER = 0.1
"""The share of the values on either side that shows how fast the tail falls. A guess: as few as leave ten of a hundred."""

SMALLEST = 0.05
"""Least scale of a tail of logarithms: 5 %. Below, sizes are equal but for rounding. A guess."""


def surprise(values: Floats) -> tuple[Ints, Floats]:
    """Where the values of the outer tenth on each side stand, and how many so far out a sample of this size would hold.

    Both sides are counted. Beyond its start a tail is taken as exponential: excesses over that quantile have scale
    median / ln 2, which single outliers do not move, or the scale of the outermost half of them if that is longer, so that
    tails that get heavier farther out are given their due (peaks over threshold; Coles 2001, chapter 4).
    """
    n = len(values)
    low, high = (_quantile(values, share) if n else 0.0 for share in (OUTER, 1 - OUTER))
    sides = (values > high, values < low)
    found = [
        (out, np.abs(values[out] - start)) for out, start in zip(map(np.flatnonzero, sides), (high, low), strict=True)
    ]
    expected = [2 * n * _left(excess, max(SMALLEST, high - low)) for _, excess in found]
    return np.concatenate([out for out, _ in found]), np.concatenate(expected)


def _left(excess: Floats, width: float) -> Floats:
    """The share of a sample that lies farther out than each; of few, the scale of the inside, its `width`, is taken."""
    if len(excess) < 5:
        return np.asarray(np.exp(-excess / width))
    middle = _quantile(excess, 0.5)
    far = _quantile(excess, 0.9) - middle
    return np.asarray(OUTER * np.exp(-excess / max(SMALLEST, middle / np.log(2), far / np.log(5))))


def _quantile(values: Floats, share: float) -> float:
    """As `np.quantile`, which takes five times as long for a long column: it looks for several places in it at once."""
    at, beyond = divmod(share * (len(values) - 1), 1)
    parted = np.partition(values, int(at))
    here = float(parted[int(at)])
    return here if not beyond else here + beyond * (float(parted[int(at) + 1 :].min()) - here)
