"""Whether two samples are of one kind: how far one value lies above the other, and whether a classifier tells them apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from traindx.core.dataset import Floats, Ints

Z = 3.29
"""Half width of the intervals in standard errors: 99.9 %, because several properties of several splits are compared."""

RIDGE = 30.0
"""Strong, because a split may have no more pictures than features: finds more of a single shifted feature than a weak one."""
NEWTON_STEPS = 12
FOLDS = 5


@dataclass(frozen=True)
class Difference:
    """Cliff's delta, -1..1: the share of pairs in which b is larger minus that in which a is, with a 99.9 % interval.

    Its size in words is that of Romano et al. 2006: above 0.33 medium, above 0.474 large. `least` is the end of the interval
    nearer to zero, 0 where the interval holds zero.
    """

    delta: float
    low: float
    high: float

    @property
    def least(self) -> float:
        """The size of the difference that is certain."""
        return max(self.low, -self.high, 0.0)


def difference(a: Floats, b: Floats) -> Difference:
    """How much larger the values b are than a; values that are not finite are left out."""
    a, b = a[np.isfinite(a)], b[np.isfinite(b)]
    if not len(a) or not len(b):
        return Difference(0.0, -1.0, 1.0)
    area, deviation = auc(np.concatenate([a, b]), np.repeat([False, True], [len(a), len(b)]))
    delta, half = 2 * area - 1, 2 * Z * deviation
    return Difference(delta, max(-1.0, delta - half), min(1.0, delta + half))


def auc(score: Floats, positive: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> tuple[float, float]:
    """Area under the ROC curve and its standard error, ties counted half (DeLong et al. 1988, by ranks: Sun and Xu 2014)."""
    p, n = int(positive.sum()), int((~positive).sum())
    every, own, other = _ranks(score), _ranks(score[positive]), _ranks(score[~positive])
    of_positive = (every[positive] - own) / n
    of_negative = 1 - (every[~positive] - other) / p
    area = float(of_positive.mean())
    spread = float(of_positive.var(ddof=1) / p + of_negative.var(ddof=1) / n) if p > 1 and n > 1 else 1.0
    # Without overlap DeLong's error is zero; one pair in the wrong order is then as likely as any.
    return area, max(float(np.sqrt(spread)), 0.5 / min(p, n))


def _ranks(values: Floats) -> Floats:
    """Ranks from 1, ties at their mean."""
    unique, where, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    del unique
    return np.asarray((last - (count - 1) / 2)[where.reshape(-1)], dtype=np.float64)


def told_apart(features: Floats, positive: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Floats:
    """For each row of `features` (n, k), the log-odds of being positive, by a logistic regression that did not see it.

    Five folds; features are standardised by the other folds, classes weigh the same. (Lopez-Paz and Oquab 2017.)
    """
    n = len(features)
    fold = np.empty(n, dtype=np.int64)
    rng = np.random.default_rng(0)
    for kind in (False, True):
        rows = rng.permutation(np.flatnonzero(positive == kind))
        fold[rows] = np.arange(len(rows)) % FOLDS
    score = np.zeros(n)
    for k in range(FOLDS):
        here, there = fold == k, fold != k
        middle, spread = features[there].mean(axis=0), features[there].std(axis=0)
        scale = np.where(spread > 1e-9, spread, np.inf)
        weights = _logistic((features[there] - middle) / scale, positive[there])
        score[here] = np.clip((features[here] - middle) / scale, -6, 6) @ weights[1:] + weights[0]
    return score


def _logistic(x: Floats, positive: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Floats:
    """Weights of a logistic regression with a ridge, the constant first, by Newton's steps."""
    x = np.column_stack([np.ones(len(x)), np.clip(x, -6, 6)])
    y = positive.astype(float)
    balance = np.where(positive, 0.5 / max(y.mean(), 1e-9), 0.5 / max(1 - y.mean(), 1e-9))
    ridge = RIDGE * np.eye(x.shape[1])
    ridge[0, 0] = 1e-6
    weights = np.zeros(x.shape[1])
    for _ in range(NEWTON_STEPS):
        odds = 1 / (1 + np.exp(-np.clip(x @ weights, -30, 30)))
        slope = x.T @ (balance * (odds - y)) + ridge @ weights
        curvature = (x * (balance * odds * (1 - odds))[:, None]).T @ x + ridge
        step = np.linalg.solve(curvature, slope)
        weights = weights - step
        if float(np.abs(step).max()) < 1e-4:
            break
    return weights


def histogram(values: dict[str, Floats], bins: int = 20) -> tuple[Floats, dict[str, Floats]]:
    """Edges of equal bins from the 1st to the 99th percentile of all values, and each sample's share of its values per bin."""
    finite = {name: v[np.isfinite(v)] for name, v in values.items()}
    low, high = np.quantile(np.concatenate(list(finite.values())), [0.01, 0.99])
    edges = np.linspace(low, high if high > low else low + 1, bins + 1)
    shares = {n: np.histogram(np.clip(v, edges[0], edges[-1]), edges)[0] / max(len(v), 1) for n, v in finite.items()}
    return edges, shares


def sample(rows: Ints, most: int) -> Ints:
    """At most so many of the rows, drawn without replacement, in order."""
    if len(rows) <= most:
        return rows
    return np.sort(np.random.default_rng(0).choice(rows, most, replace=False))
