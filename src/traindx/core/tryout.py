"""Tryouts: what a sweep of the learning rate, a training on a few samples, and larger batches have shown. Pure functions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from traindx.core.recording import Floats
from traindx.core.twins import Twins

QUIET = 0.2
"""The share of a sweep whose rates are too small to move anything: its loss is the level and the noise. A guess."""

SURE = 4.0
"""Standard errors by which a smoothed loss must lie off the level to count: of 200 losses that only wander, three seem to fall."""

LEAST = 0.02
"""The share of the level by which the loss must fall at the least, however small the noise. A guess."""

STAYS = 0.7
"""The share of the steps after a break at which the loss must be bad. A guess."""

GONE = 1e-3
"""A loss below this share of its level is no learning: a detector to which no box is assigned any more loses nothing."""


@dataclass(frozen=True)
class RangeTest:
    """A sweep: `rates` rise from step to step, `losses` are those of the same steps (mean over seeds; nan once all ended).

    `own` is the rate of the run itself, `steps` how many it makes. The others are rates, None where there is no such:
    `falls` where the loss begins to fall, `steepest` where it falls most a decade, `lowest` where it is lowest, `breaks`
    where it is back above its level, not finite or gone.
    """

    rates: tuple[float, ...]
    losses: tuple[float, ...]
    smoothed: tuple[float, ...]
    level: float
    noise: float
    own: float | None
    steps: int
    seeds: int
    falls: float | None = None
    steepest: float | None = None
    lowest: float | None = None
    breaks: float | None = None

    @property
    def suggested(self) -> float | None:
        """Where the loss falls most, at most a quarter of the rate with its lowest.

        A tenth is what is usually said (Gugger 2018), for runs that are long; a quarter is a guess for those that are not.
        """
        if self.lowest is None or self.steepest is None:
            return None
        return min(self.steepest, self.lowest / 4)

    @property
    def per_fold(self) -> float:
        """Steps that the sweep makes while its rate grows e-fold."""
        return (len(self.rates) - 1) / math.log(self.rates[-1] / self.rates[0]) if len(self.rates) > 1 else 0.0

    @property
    def reach(self) -> float | None:
        """The rate at which the sweep has moved the weights as far as the whole run does at its own."""
        return None if self.own is None or not self.per_fold else self.own * self.steps / self.per_fold


@dataclass(frozen=True)
class Overfit:
    """A training on its first `samples` (in `batches`) again and again: `losses` a step; `floor` is the least that they can be.

    `chance` is the loss of guessing, where that is known.
    """

    samples: int
    batches: int
    losses: tuple[float, ...]
    start: float
    end: float
    noise: float
    floor: float = 0.0
    chance: float | None = None

    @property
    def left(self) -> float:
        """The share of the start above the floor that is left at the end."""
        return (self.end - self.floor) / max(abs(self.start - self.floor), 1e-12)


@dataclass(frozen=True)
class BatchFit:
    """Peak memory [bytes] of two steps at several batch sizes: `measured`; `failed` are sizes that ran out of memory.

    `limit` in bytes, `where` is host or the device's name, `own` the run's batch. `largest` fits with a tenth to spare.
    """

    own: int
    measured: tuple[tuple[int, float], ...]
    failed: tuple[int, ...]
    limit: float
    where: str
    base: float
    per_sample: float
    largest: int

    @property
    def accumulate(self) -> int:
        """Batches to be added up for a step that is worth the run's own batch."""
        return max(1, math.ceil(self.own / max(1, self.largest)))


@dataclass(frozen=True)
class Tryouts:
    """What was tried; None for what was not."""

    range: RangeTest | None = None
    overfit: Overfit | None = None
    fit: BatchFit | None = None
    twins: Twins | None = None


def range_test(
    rates: Sequence[float], losses: Sequence[Sequence[float]], *, own: float | None, steps: int
) -> RangeTest | None:
    """Read a sweep; `losses` holds one row for each seed, as long as it got. None where fewer than 20 losses were seen.

    Source: L. N. Smith, Cyclical Learning Rates (WACV 2017). Level and noise are those of the first fifth, whose rates move
    nothing, so that a loss which only wanders is not taken for one that falls.
    """
    table = np.full((len(losses), len(rates)), np.nan)
    for row, values in zip(table, losses, strict=True):
        row[: len(values)] = values[: len(rates)]
    broken = np.isinf(table).any(axis=0) | np.isnan(table).any(axis=0)
    end = int(np.argmax(broken)) if broken.any() else len(rates)
    mean = np.where(broken, np.nan, np.nan_to_num(table).mean(axis=0))
    quiet = max(5, int(len(rates) * QUIET))
    if end < max(20, quiet + 5):
        return None
    known = _without_outliers(mean[:end])
    level = float(np.median(mean[:quiet]))
    gone = np.abs(mean[:end]) < GONE * abs(level)
    gone[:quiet] = False
    end = int(np.argmax(gone)) if gone.any() and gone[int(np.argmax(gone)) :].mean() >= STAYS else end
    noise = float(np.std(known[:quiet], ddof=1))
    width = max(5, len(rates) // 20)
    smooth = _smoothed(known[:end], width)
    margin = max(SURE * noise / math.sqrt(width / 2), LEAST * abs(level))  # medians of three hang together
    bad = smooth > level + margin
    bad[:quiet] = False
    below = smooth < level - margin
    below[:quiet] = False
    stop = _breaks(bad, below, end)
    found = RangeTest(tuple(rates), tuple(mean.tolist()), tuple(smooth.tolist()), level, noise, own, steps, len(losses))
    breaks = rates[stop] if stop < len(rates) else None
    run = _first_run(below[:stop], width)
    if run is None:
        return _with(found, breaks=breaks)
    low = run + int(np.argmin(smooth[run:stop]))
    slopes = np.gradient(smooth, np.log10(np.array(rates[:end])))
    first = max(0, run - width)
    steep = first + int(np.argmin(_smoothed(slopes, width)[first : low + 1]))
    return _with(found, falls=rates[run], steepest=rates[steep], lowest=rates[low], breaks=breaks)


def overfit(
    losses: Sequence[float], samples: int, batches: int, *, floor: float = 0.0, chance: float | None = None
) -> Overfit | None:
    """Read a training on a few samples; None where fewer than 20 losses were seen. One that ends not finite ends there."""
    values = np.array(losses, dtype=float)
    if len(values) < 20:
        return None
    few = max(3, min(10, len(values) // 10), batches)
    start, last = float(np.median(values[:few])), values[-few:]
    end = float(np.median(np.where(np.isfinite(last), last, np.inf)))
    finite = values[np.isfinite(values)]
    steps = np.diff(finite)
    noise = float(1.4826 * np.median(np.abs(steps - np.median(steps))) / math.sqrt(2)) if len(steps) else 0.0
    return Overfit(samples, batches, tuple(losses), start, end, noise, floor, chance)


def batch_fit(
    own: int, measured: Sequence[tuple[int, float]], failed: Sequence[int], limit: float, where: str
) -> BatchFit:
    """Read peaks at several batch sizes: a straight line through the two largest, and the largest batch below the limit."""
    points = sorted(measured)
    base, per_sample = points[-1][1] if points else 0.0, 0.0
    if len(points) > 1:
        (n0, m0), (n1, m1) = points[0], points[-1]
        per_sample = max(0.0, (m1 - m0) / (n1 - n0))
        base = m1 - per_sample * n1
    room = 0.9 * limit - base
    most = int(room / per_sample) if per_sample > 0 else (points[-1][0] if points and points[-1][1] <= limit else 0)
    bound = min(failed) - 1 if failed else most
    return BatchFit(own, tuple(points), tuple(failed), limit, where, base, per_sample, max(0, min(most, bound)))


def _without_outliers(values: Floats) -> Floats:
    """The median of each three values: the last batch of an epoch may hold a single sample, and its loss says nothing."""
    padded = np.concatenate([values[:1], values, values[-1:]])
    found: Floats = np.median(np.stack([padded[:-2], padded[1:-1], padded[2:]]), axis=0)
    return found


def _smoothed(values: Floats, width: int) -> Floats:
    """A centred mean over `width` values, over fewer at the ends."""
    kernel = np.ones(width)
    weight: Floats = np.convolve(np.ones(len(values)), kernel, mode="same")
    total: Floats = np.convolve(values, kernel, mode="same")
    return total / weight


def _breaks(
    bad: np.ndarray[tuple[int], np.dtype[np.bool_]], below: np.ndarray[tuple[int], np.dtype[np.bool_]], end: int
) -> int:
    """Where the loss is bad for most of what follows: a single bump is no break, nor what comes before the last fall."""
    last = int(np.flatnonzero(below)[-1]) if below.any() else -1
    after = np.flatnonzero(bad)
    lasting = [int(i) for i in after[after > last] if bad[i:].mean() >= STAYS]
    return lasting[0] if lasting else end


def _first_run(flags: np.ndarray[tuple[int], np.dtype[np.bool_]], width: int) -> int | None:
    """Where the flags first hold for `width` places together."""
    for i in range(len(flags) - width + 1):
        if flags[i : i + width].all():
            return i
    return None


def _with(found: RangeTest, **rates: float | None) -> RangeTest:
    return RangeTest(**{**vars(found), **rates})
