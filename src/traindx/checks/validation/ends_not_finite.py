"""Which losses of a log end as nan or infinite, since when, and what then still speaks for the weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from traindx.checks.validation.curve import end_of
from traindx.core.history import History

ALIVE = 0.05
"""A metric above this, and above half of its best, shows weights that are sound (a guess)."""


@dataclass(frozen=True)
class Bad:
    """A column that is not finite from epoch `first` to the end, in `count` epochs; `value` is the last one."""

    name: str
    value: float
    first: int
    count: int


def ends_not_finite(history: History) -> list[Bad]:
    """The losses whose last written value is not finite."""
    found = []
    for name in history.columns():
        values, silent = history.written(name), history.not_written.get(name)
        written = np.flatnonzero(~silent if silent is not None else np.ones(len(values), dtype=bool))
        bad = ~np.isfinite(values[written])
        if not name.startswith(("train/", "val/")) or not len(written) or not bad[-1]:
            continue
        good = np.flatnonzero(~bad)
        start = int(good[-1]) + 1 if len(good) else 0
        found.append(Bad(name, float(values[written[-1]]), int(history.epoch[written[start]]), len(bad) - start))
    return found


def training_stays_finite(history: History) -> bool:
    """Whether training losses are logged and the last of each is finite."""
    parts = history.train_parts.values()
    return bool(history.train_parts) and all(bool(np.isfinite(values[-1:]).all()) for values in parts)


def metric_lives(history: History) -> bool:
    """Whether the judged metric is written to the end and near its best."""
    if history.metric is None or not np.isfinite(history.metric[1][-1:]).all():
        return False
    last = end_of(history.metric[1], 3)
    return last > max(ALIVE, 0.5 * float(np.nanmax(history.metric[1])))
