"""What scores are worth: the share of them that proved right, made monotone in the score."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from traindx.core.by_value import by_value
from traindx.core.dataset import Floats, Ints

BIN = 40
"""Scores whose hits are averaged. A guess: the standard error is then below 0.08."""


def worth_of(class_id: Ints, score: Floats, hit: NDArray[np.bool_], counted: NDArray[np.bool_]) -> Floats:
    """For each score the share of hits among the counted ones of its class with about that score, never falling with it.

    Histogram binning with bins of equal counts, then isotonic regression (Zadrozny and Elkan 2001 and 2002).
    """
    worth = np.zeros(len(score))
    for _, own in by_value(class_id):
        base = own[counted[own]]
        if not len(base):
            continue
        base = base[np.argsort(score[base], kind="stable")]
        edges = np.linspace(0, len(base), max(1, len(base) // BIN) + 1).astype(int)
        sizes = np.diff(edges)
        rates = (np.add.reduceat(hit[base].astype(float), edges[:-1]) + 1) / (sizes + 2)  # Laplace: few prove little
        centres = np.add.reduceat(score[base], edges[:-1]) / sizes
        worth[own] = np.interp(score[own], centres, isotonic(rates, sizes))
    return worth


def isotonic(values: Floats, weights: Ints) -> Floats:
    """The non-decreasing sequence nearest to `values` in weighted squares (pool adjacent violators; Barlow et al. 1972)."""
    blocks: list[tuple[float, float, int]] = []
    for value, weight in zip(values.tolist(), weights.tolist(), strict=True):
        mean, mass, length = float(value), float(weight), 1
        while blocks and blocks[-1][0] >= mean:
            before, heavy, many = blocks.pop()
            mean = (before * heavy + mean * mass) / (heavy + mass)
            mass, length = mass + heavy, length + many
        blocks.append((mean, mass, length))
    return np.repeat([mean for mean, _, _ in blocks], [length for _, _, length in blocks])
