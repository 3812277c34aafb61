"""Where the learning rate rises from one step to the next and the loss breaks there, and who set the rate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from traindx.core.finding import Curve, Finding, Line, Place
from traindx.core.rate_words import optimizer_place, optimizer_words
from traindx.core.recording import Recording
from traindx.core.stepping import Stepping, steppings

WINDOW = 10
"""Steps before a rise that give the level of the loss, and that a run must have before one is judged."""


@dataclass(frozen=True)
class RateJump:
    """A rise of the rate at `step`, the rates and levels of the loss before and after; `by` is the scheduler that set it."""

    step: int
    rates: tuple[float, float]
    levels: tuple[float, float]
    by: Stepping | None

    def finding(self, recording: Recording) -> Finding:
        """As a finding, with both curves."""
        set_by = f"{self.by.scheduler.kind} set it" if self.by else "it was assigned, no scheduler set it"
        text = f"at step {self.step} the rate of {optimizer_words(recording)} goes from {self.rates[0]:.3g} to {self.rates[1]:.3g} "
        text += f"({set_by}), and the loss from {self.levels[0]:.4g} to {self.levels[1]:.4g}"
        at = optimizer_place(recording, self.step)
        where = Place(self.by.place.path, self.by.place.line, step=self.step, setting="lr") if self.by else at
        x, rate = tuple(map(float, recording.step)), tuple(map(float, recording.lr))
        loss = Curve("loss", (Line("loss", x, tuple(map(float, recording.loss))),), onset=self.step)
        return Finding(
            where, text, (Curve("learning rate", (Line("rate", x, rate),), onset=self.step, log_y=True), loss)
        )


def breaking_jump(recording: Recording, times: float) -> RateJump | None:
    """The first rise of the rate by `times` or more, after `WINDOW` steps, at which the loss breaks.

    It breaks where its median in the rest of the run is above twice that of the steps before and above half of where it began, or
    is no longer finite (guesses).
    """
    known = np.isfinite(recording.lr) & (recording.lr > 0)
    step, rate, loss = recording.step[known], recording.lr[known], recording.loss[known]
    start = loss[np.isfinite(loss)][:5]
    for i in map(int, np.flatnonzero(rate[1:] > times * rate[:-1]) + 1):
        before, after = loss[max(0, i - WINDOW) : i], loss[i + 1 :]
        before, after = before[np.isfinite(before)], after[~np.isnan(after)]
        if i < WINDOW or not len(before) or len(after) < 3:
            continue
        level, end = float(np.median(before)), float(np.median(after))
        if level > 0 and end > 2 * level and end > 0.5 * float(np.median(start)):
            at = int(step[i])
            own = [
                s
                for s in steppings(recording)
                if s.calls and at not in s.scheduler.overridden and at in s.scheduler.step
            ]
            setters = [s for s in own or steppings(recording) if s.calls and not s.scheduler.overridden]
            return RateJump(at, (float(rate[i - 1]), float(rate[i])), (level, end), setters[0] if setters else None)
    return None


def largest_rise(recording: Recording) -> float | None:
    """The largest factor between the rates of two steps; None with too few of them."""
    rate = recording.lr[np.isfinite(recording.lr) & (recording.lr > 0)]
    return float(np.max(rate[1:] / rate[:-1])) if len(rate) >= 2 * WINDOW else None
