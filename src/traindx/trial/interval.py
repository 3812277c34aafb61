"""The effect of a treatment over seeds: paired differences, their interval, and when enough seeds were seen.

Control and undone arm of a seed start alike and see the same batches, so what differs between seeds cancels in the
difference of the pair. The differences of two to five pairs are judged by Student's t: a bootstrap of so few has too few
distinct samples (three of two pairs) to reach a tail of 2.5 %. Two pairs that agree by accident would make an interval of no
width, so the deviation is never taken smaller than what the curves themselves stray.

The question is looked at after each pair from the second on. `ERROR` is split evenly over these looks, so that stopping early
does not raise the chance of confirming a treatment that changes nothing (the union bound; Slud and Wei, Journal of the
American Statistical Association 77, 1982, for the spending of error over looks at a fixed plan).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

ERROR = 0.05
"""Chance of confirming a treatment that changes nothing, over all looks."""

COVERAGE = 0.95
"""Of the interval that is shown."""


@dataclass(frozen=True)
class Effect:
    """Mean of the paired differences, its interval, and `least`: what it exceeds with the error that this look may spend."""

    mean: float
    low: float
    high: float
    least: float


def effect_of(differences: Sequence[float], noise: float, planned: int) -> Effect:
    """The effect from one difference for each seed.

    `noise` is the standard error of one difference by its curves alone; `planned` is the number of seeds at most. A single pair
    has no deviation between seeds: its interval is two standard errors of the curves wide, and says nothing of other seeds.
    """
    values = np.array(differences, dtype=float)
    n, mean = len(values), float(values.mean())
    if n < 2:
        return _within(mean, 2 * noise, mean - 2 * noise)
    error = max(float(values.std(ddof=1)), noise) / math.sqrt(n)
    shown = quantile(1 - (1 - COVERAGE) / 2, n - 1) * error
    needed = quantile(1 - ERROR / looks(planned), n - 1) * error
    return _within(mean, shown, mean - needed)


def _within(mean: float, reach: float, least: float) -> Effect:
    """Shares of 1 differ by 1 at most."""
    return Effect(mean, max(-1.0, mean - reach), min(1.0, mean + reach), least)


def looks(planned: int) -> int:
    """How often the question is looked at: after each pair from the second on."""
    return max(1, planned - 1)


def quantile(probability: float, degrees: int) -> float:
    """The quantile of Student's t, by halving: `probability` above 0.5."""
    low, high = 0.0, 1.0
    while distribution(high, degrees) < probability:
        high *= 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if distribution(middle, degrees) < probability else (low, middle)
    return (low + high) / 2


def distribution(t: float, degrees: int) -> float:
    """The distribution function of Student's t at t >= 0, for whole degrees of freedom: the finite sums of Abramowitz and
    Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4.
    """
    angle = math.atan(t / math.sqrt(degrees))
    cosine, sine = math.cos(angle), math.sin(angle)
    if degrees % 2:
        term, total = cosine, cosine if degrees > 1 else 0.0
        for k in range(3, degrees - 1, 2):
            term *= cosine * cosine * (k - 1) / k
            total += term
        return 0.5 + (angle + sine * total) / math.pi
    term = total = 1.0
    for k in range(2, degrees - 1, 2):
        term *= cosine * cosine * (k - 1) / k
        total += term
    return 0.5 + sine * total / 2
