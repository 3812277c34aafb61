"""What a training used of its machine: memory, open files, shared memory, over the steps, against what there is.

Read from the lines `machine` and `resources`, which `recorder.probes.machine` writes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from traindx.core.recording import Floats, Ints, Recording

SETTLED = 0.2
"""The share of the samples at the start that growth leaves out, while caches fill and workers start: a guess."""
POINTS = 200


@dataclass(frozen=True)
class Growth:
    """How a quantity moves: `per_step` is the median slope between samples (Theil 1950, Sen 1968), `rising` the share of
    the pairs in which the later is larger (1 always, 0.5 no trend), `first` and `last` the values it goes between.
    """

    per_step: float
    rising: float
    first: float
    last: float
    samples: int

    def steps_until(self, limit: float) -> float:
        """Steps from the last sample until `limit` is reached at this pace, inf where it is not moving there."""
        left = limit - self.last
        return left / self.per_step if self.per_step and left / self.per_step > 0 else float("inf")


@dataclass(frozen=True)
class Resources:
    """Samples: `step`, `time` [s] and `columns` of equal length (bytes and counts as docs/recording.md names them, nan where
    one was not told, and `held`: `rss` without what the C heap keeps free); `machine` holds what there is.
    """

    step: Ints
    time: Floats
    columns: Mapping[str, Floats]
    machine: Mapping[str, Any] = field(default_factory=dict)

    def since(self, step: int) -> Resources:
        """The samples from a step on."""
        late = self.step >= step
        columns = {name: values[late] for name, values in self.columns.items()}
        return Resources(self.step[late], self.time[late], columns, self.machine)

    def growth(self, name: str) -> Growth | None:
        """How a column moves with the steps; None of fewer than five samples at different steps after the first fifth."""
        values = self.columns.get(name, np.full(len(self.step), np.nan))
        known = np.isfinite(values)
        step, values = self.step[known], values[known]
        start = int(len(step) * SETTLED)
        at = np.unique(np.linspace(start, len(step) - 1, POINTS).astype(int)) if len(step) else np.zeros(0, int)
        x, y = step[at].astype(float), values[at]
        if len(np.unique(x)) < 5:
            return None
        i, j = np.triu_indices(len(x), 1)
        apart = x[j] > x[i]
        moved = (y[j] - y[i])[apart]
        rising = float(np.mean((moved > 0) + 0.5 * (moved == 0)))
        per_step = float(np.median(moved / (x[j] - x[i])[apart]))
        return Growth(per_step, rising, float(y[0]), float(y[-1]), len(x))


def resources_of(recording: Recording) -> Resources:
    """The samples of a recording; empty where it has none."""
    lines = recording.lines.get("resources", ())
    names = sorted({name for line in lines for name in line} - {"kind", "step", "time"})
    columns = {name: np.array([line.get(name, np.nan) for line in lines], dtype=np.float64) for name in names}
    if "rss" in columns:
        columns["held"] = columns["rss"] - _last_told(columns.get("heap_free", np.zeros(len(lines))))
    return Resources(
        step=np.array([line["step"] for line in lines], dtype=np.int64),
        time=np.array([line["time"] for line in lines], dtype=np.float64),
        columns=columns,
        machine=(recording.lines.get("machine") or ({},))[0],
    )


def _last_told(values: Floats) -> Floats:
    """Each value, or where it was not told the last one that was; 0 before the first."""
    at = np.maximum.accumulate(np.where(np.isfinite(values), np.arange(len(values)), -1))
    return np.where(at >= 0, values[at], 0.0)
