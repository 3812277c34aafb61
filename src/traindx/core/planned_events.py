"""Which planned events of a run lie at an epoch: the warm-up ends, the rate steps down or restarts, mosaic is closed."""

from __future__ import annotations

import math

import numpy as np

from traindx.core.history import History

WARM_UP = "the warm-up ended"

STEP_DOWN, RESTART = 0.6, 1.5
"""A rate that falls to 0.6 of the epoch before passes a milestone, one that rises to 1.5 restarts (guesses: cosine and
linear schedules move by less from epoch to epoch, until their last few)."""


def events(history: History) -> dict[int, str]:
    """The planned events by the index of the first epoch after them, in words with their number."""
    found: dict[int, str] = {}
    warm = math.ceil(history.warmup_epochs or 0)
    if 0 < warm < len(history):
        found[warm] = f"{WARM_UP} (warmup_epochs={history.warmup_epochs:g})"
    found |= _of_the_rate(history, warm)
    closed = history.mosaic_closes
    if closed and history.planned_epochs and len(history):
        counted_from = min(int(history.epoch[0]), 1)
        at = np.flatnonzero(history.epoch - counted_from == history.planned_epochs - closed)
        found |= {int(i): f"mosaic was closed (close_mosaic={closed})" for i in at if i > 0}
    return found


def events_at(history: History, index: int) -> tuple[str, ...]:
    """The planned events of this epoch and of the one before it."""
    return tuple(words for i, words in events(history).items() if i in (index, index - 1))


def _of_the_rate(history: History, warm: int) -> dict[int, str]:
    """Steps of the highest rate of all groups; those of the warm-up and of the last tenth, where it nears zero, are none."""
    rates = [lr for lr in history.lr.values() if np.isfinite(lr).all() and len(lr)]
    if not rates:
        return {}
    rate = np.max(rates, axis=0)
    top = float(rate.max())
    found: dict[int, str] = {}
    for i in range(max(1, warm), len(rate)):
        before, now = float(rate[i - 1]), float(rate[i])
        if before <= 0 or (max(before, now) < 0.02 * top and now < before):
            continue
        if now <= STEP_DOWN * before:
            found[i] = f"the rate stepped from {before:.3g} to {now:.3g}"
        elif now >= RESTART * before and i > 2:
            found[i] = f"the rate restarted, {before:.3g} to {now:.3g}"
    return found
