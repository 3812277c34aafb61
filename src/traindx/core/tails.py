"""How many values as extreme as each are to be expected in a sample, by the sample's own tails."""

from __future__ import annotations

import numpy as np

from traindx.core.dataset import Floats

OUTER = 0.1
"""The share of the values on either side that shows how fast the tail falls. A guess: as few as leave ten of a hundred."""

SMALLEST = 0.05
"""Least scale of a tail of logarithms: 5 %. Below, sizes are equal but for rounding. A guess."""


def surprise(values: Floats) -> Floats:
    """The number of values as far out or farther that a sample of this size would hold, counting both sides; large inside.

    Beyond the outer tenth on each side the tail is taken as exponential: excesses over that quantile have scale
    median / ln 2, which single outliers do not move, or the scale of the outermost half of them if that is longer, so that
    tails that get heavier farther out are given their due (peaks over threshold; Coles 2001, chapter 4).
    """
    n = len(values)
    least = np.full(n, float(n))
    low, high = np.quantile(values, (OUTER, 1 - OUTER)).tolist() if n else (0.0, 0.0)
    for side, start in ((values, high), (-values, -low)):
        out = np.flatnonzero(side > start)
        excess = side[out] - start
        if len(excess) < 5:
            scale = max(SMALLEST, high - low)
            share = 1.0
        else:
            middle = float(np.median(excess))
            far = float(np.quantile(excess, 0.9)) - middle
            scale = max(SMALLEST, middle / np.log(2), far / np.log(5))
            share = OUTER
        least = np.minimum(least, 2 * n * share)
        least[out] = np.minimum(least[out], 2 * (n * share * np.exp(-excess / scale)))
    return least
