"""Statistics of two annotators over the objects of pictures, with bootstrap intervals over the pictures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from traindx.core.dataset import Floats, Ints

RESAMPLES = 1000
"""Bootstrap resamples of the pictures (Efron and Tibshirani 1993, chapter 13, asks for about 1,000 for an interval)."""

WORK = 100_000_000
"""Objects counted over all resamples, to bound the time (a guess). Large sets get fewer resamples, at least 100."""


@dataclass(frozen=True)
class Interval:
    """A number with its 95 % interval over resampled pictures; nan where there is nothing to measure."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        if not np.isfinite(self.value):
            return "none"
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})"


@dataclass(frozen=True)
class Statistics:
    """Of each class and, in the last entry, of all together. Precision and recall judge the second annotator by the first."""

    confusion: Ints
    precision: tuple[Interval, ...]
    recall: tuple[Interval, ...]
    f1: tuple[Interval, ...]
    kappa: Interval
    alpha: Interval


def statistics_of(picture: Ints, first: Ints, second: Ints, pictures: int, classes: int) -> Statistics:
    """Statistics of objects given as columns: the picture (0..pictures-1) and the class that either annotator gives it.

    Class `classes` means that the annotator has no such object. Pictures are resampled, not objects, because those of one
    picture were annotated by the same hand in the same minute.
    """
    size = classes + 1
    pair = first * size + second
    confusion = _matrix(pair, size)
    rng = np.random.default_rng(0)
    times = min(RESAMPLES, max(100, WORK // max(len(pair), 1))) if pictures > 1 else 0
    again = [_measures(_matrix(pair, size, _drawn(rng, pictures)[picture])) for _ in range(times)]
    value = _measures(confusion)
    intervals = [_intervals(value[i], [measures[i] for measures in again]) for i in range(len(value))]
    kappa, alpha = intervals[3]
    return Statistics(confusion.astype(np.int64), intervals[0], intervals[1], intervals[2], kappa, alpha)


def _drawn(rng: np.random.Generator, pictures: int) -> Floats:
    """How often each picture is drawn when as many as there are are drawn with replacement."""
    return np.bincount(rng.integers(pictures, size=pictures), minlength=pictures).astype(float)


def _matrix(pair: Ints, size: int, weights: Floats | None = None) -> Floats:
    return np.bincount(pair, weights=weights, minlength=size**2).astype(float).reshape(size, size)


def _measures(m: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Precision, recall and F1 of each class and of all; kappa and alpha."""
    hit, in_first, in_second = np.diag(m)[:-1], m[:-1].sum(axis=1), m[:, :-1].sum(axis=0)
    hit, in_first, in_second = (np.append(v, v.sum()) for v in (hit, in_first, in_second))
    agreed = np.array([cohen_kappa(m[:-1, :-1]), krippendorff_alpha(m)])
    return _ratio(hit, in_second), _ratio(hit, in_first), _ratio(2 * hit, in_first + in_second), agreed


def _ratio(part: Floats, whole: Floats) -> Floats:
    return np.asarray(np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0))


def _intervals(value: Floats, again: list[Floats]) -> tuple[Interval, ...]:
    """Percentile intervals (2.5 % to 97.5 %)."""
    made = []
    table: NDArray[np.float64] = np.array(again).reshape(len(again), len(value))
    for i, number in enumerate(value.tolist()):
        known = table[:, i][np.isfinite(table[:, i])]
        low, high = np.percentile(known, [2.5, 97.5]).tolist() if len(known) else (float("nan"), float("nan"))
        made.append(Interval(number, low, high))
    return tuple(made)


def cohen_kappa(confusion: Floats) -> float:
    """Agreement beyond chance, (p_o - p_e) / (1 - p_e) (Cohen 1960); nan where both use one class alone."""
    total = confusion.sum()
    if not total:
        return float("nan")
    observed = np.trace(confusion) / total
    chance = float((confusion.sum(axis=0) * confusion.sum(axis=1)).sum()) / total**2
    return float((observed - chance) / (1 - chance)) if chance < 1 else float("nan")


def krippendorff_alpha(confusion: Floats) -> float:
    """1 - D_o / D_e for two annotators and nominal values (Krippendorff, "Computing Krippendorff's Alpha-Reliability", 2011).

    An object that one of them lacks is a value of its own, as Tschirschwitz et al. propose for boxes (2022).
    """
    both = confusion + confusion.T
    n = float(both.sum())
    expected = (n**2 - float((both.sum(axis=0) ** 2).sum())) / (n - 1) if n > 1 else 0.0
    return float(1 - (n - np.trace(both)) / expected) if expected else float("nan")
