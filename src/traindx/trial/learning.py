"""How far a run learned: the start and the end of its loss curve, and what strays by chance. Pure functions."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from traindx.core.recording import Floats, Recording
from traindx.core.trend import trend

FEW = 5
"""Steps whose median is the start of a loss curve."""

COLLAPSED = 1e-6
"""A loss that falls below this share of its start within an arm did not learn: what it measures is gone. A YOLOv8n whose
rate is 100 times too high, without warm-up, falls from 129 to 3e-10 in 16 steps, as no box is assigned to it any more."""

POINTS = 200
"""Points of a loss curve that an arm keeps for the report."""


def curve(recording: Recording) -> tuple[Floats, Floats]:
    """Steps and losses where the loss is known: numbers, or infinite where it was not finite."""
    known = ~np.isnan(recording.loss)
    return recording.step[known].astype(float), recording.loss[known]


def start_of(steps: Floats, loss: Floats) -> float:
    """The loss before training: median of the first few steps, or the first value where it is less.

    The first value, because a loss that explodes at the second step would otherwise seem to have fallen afterwards.
    """
    early = loss[(steps < steps[0] + FEW) & np.isfinite(loss)]
    if not len(early):
        return math.nan
    first = float(loss[0]) if math.isfinite(loss[0]) else math.inf
    return min(float(np.median(early)), first)


def end_of(steps: Floats, loss: Floats) -> float:
    """The loss after training: median of the last tenth of the steps (five rows at least), infinite if half are not finite."""
    rows = max(int(np.sum(steps >= steps[-1] - (steps[-1] - steps[0]) / 10)), min(FEW, len(loss)))
    return float(np.median(np.where(np.isfinite(loss[-rows:]), loss[-rows:], np.inf)))


def learned(recording: Recording, reference: float | None = None) -> float | None:
    """The share by which the loss fell: (start - end) / |start|, at least -1. None where no loss was seen.

    A run that ends in a loss that is not finite, or with an exception, has learned -1: nothing of it can be used.
    A loss that collapsed to nothing (`COLLAPSED`) has learned 0.
    `reference` stands for the start where arms of one seed are compared: the lowest start among them. So an arm
    that begins from an exploded or badly scaled loss is not credited with coming back to where the other began.
    """
    steps, loss = curve(recording)
    if not len(loss):
        return -1.0 if recording.ending == "raised" else None
    start = start_of(steps, loss) if reference is None else reference
    end = end_of(steps, loss)
    if recording.ending == "raised" or not math.isfinite(end) or not math.isfinite(start):
        return -1.0
    if collapsed(recording):
        return 0.0
    return max(-1.0, (start - end) / max(abs(start), 1e-12))


def collapsed(recording: Recording) -> bool:
    """Whether the loss fell to nothing (`COLLAPSED`)."""
    steps, loss = curve(recording)
    early = np.abs(loss[:FEW][np.isfinite(loss[:FEW])])
    return len(loss) > 2 * FEW and len(early) > 0 and abs(end_of(steps, loss)) < COLLAPSED * float(early.max())


def noise(loss: Sequence[float]) -> float:
    """How far `learned` strays by chance: the standard error of the two medians, as a share of the start."""
    values = np.array(loss)
    if np.isfinite(values).sum() < 2 * FEW:
        return 0.0
    seen = trend(values)
    error = 1.2533 * seen.noise * math.sqrt(1 / FEW + 1 / max(FEW, len(values) // 10))
    return error / max(abs(seen.start), 1e-12)


def thinned(steps: Floats, loss: Floats, points: int = POINTS) -> tuple[float, ...]:
    """The curve at no more than `points` steps, evenly spaced in time (recordings are denser at their start)."""
    if len(loss) <= points:
        return tuple(loss.tolist())
    wanted = np.linspace(steps[0], steps[-1], points)
    rows = np.unique(np.searchsorted(steps, wanted, side="right") - 1)
    return tuple(loss[rows].tolist())


def same_start(one: Recording, other: Recording) -> bool:
    """Whether two runs began alike (five losses to 0.01 %, and the gradients of the first step): what a command that seeds itself
    does. The losses alone are alike as well where nothing is learned and every batch is at chance.
    """
    a, b = one.loss[:FEW], other.loss[:FEW]
    if not len(a) or len(a) != len(b) or not np.isfinite(a).any() or not np.allclose(a, b, 1e-4, 0, equal_nan=True):
        return False
    known = np.isfinite(one.grad_norm[:FEW]) & np.isfinite(other.grad_norm[:FEW])
    return np.allclose(one.grad_norm[:FEW][known], other.grad_norm[:FEW][known], 1e-3, 0)


def same_losses(one: Recording, other: Recording) -> bool:
    """Whether two runs went exactly the same way."""
    rows = min(len(one.loss), len(other.loss))
    return rows > 0 and np.array_equal(one.loss[:rows], other.loss[:rows], equal_nan=True)
