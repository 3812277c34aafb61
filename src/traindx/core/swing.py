"""How far a loss comes up again after it has fallen, and where: what too long a memory of the optimizer does."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from traindx.core.recording import Floats, Recording
from traindx.core.trend import trend

WIDTH = 5
"""Steps over which the loss is averaged, so that a single batch is no swing."""
AROUND = 20
"""Steps before the rise and after it by which the noise is told."""


@dataclass(frozen=True)
class Swing:
    """The largest rise of the averaged loss from `low` at a step to `high` at a later one; `share` is it over the start, `errors`
    it in standard errors of an average, by the noise around it: a loss may be smooth at first and noisy later. The noise is the
    larger of that of most steps and of what one step differs from the next: mixed batches have losses of two kinds.
    """

    low: float
    high: float
    step: int
    share: float
    errors: float


def largest_swing(recording: Recording) -> Swing | None:
    """None with fewer than twenty losses, or a start at zero or below. A loss that is not finite counts as the start."""
    known = ~np.isnan(recording.loss)
    loss, step = recording.loss[known], recording.step[known]
    if len(loss) < 20 or not np.isfinite(loss).any():
        return None
    start = trend(loss).start
    if start <= 0:
        return None
    smooth: Floats = np.convolve(np.where(np.isfinite(loss), loss, start), np.ones(WIDTH) / WIDTH, "valid")
    lowest = np.minimum.accumulate(smooth)
    at = int(np.argmax(smooth - lowest))
    low, high = float(lowest[at]), float(smooth[at])
    around = loss[max(0, int(np.argmin(smooth[: at + 1])) - AROUND) : at + WIDTH + AROUND]
    steps = np.diff(around[np.isfinite(around)])
    noise = max(trend(around).noise, float(np.sqrt((steps**2).mean() / 2)) if len(steps) else 0.0)
    error = max(noise / float(np.sqrt(WIDTH)), 1e-12)
    return Swing(low, high, int(step[at + WIDTH // 2]), (high - low) / start, (high - low) / error)
