"""T361: the rate jumps up at a step, and the loss breaks there."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, flat, recording_with
from traindx.core.finding import Curve, Finding, Line, Measured, Place
from traindx.core.recording import Recording
from traindx.core.stepping import steppings


@check("T361", level="error")
def rate_jump_breaks_loss(
    recording: Recording, *, times: float = 3.0, window: int = 10, min_before: int = 10
) -> Iterator[Finding | Measured]:
    """The learning rate goes up at one step, and within a few steps the loss leaps and does not come back.

    ## Why is this bad?
    The new rate is too high for the weights that were found: what was learned is thrown away, units die, the loss ends higher
    than before or not finite.

    ## How to fix
    Leave the rate where it was, raise it by less, or warm it up. A rise counts where the rate becomes `times` higher from one
    step to the next; the loss breaks where its median in the rest of the run is above twice that of the `window` steps before
    and above half of where it began, or is no longer finite (guesses). A restart from which the run recovers is left alone.
    """
    known = np.isfinite(recording.lr) & (recording.lr > 0)
    step, rate, loss = recording.step[known], recording.lr[known], recording.loss[known]
    if len(step) < min_before + window:
        raise NotEnough(f"needs the rates of {min_before + window} steps")
    rises = np.flatnonzero(rate[1:] > times * rate[:-1]) + 1
    rises = rises[rises >= min_before]
    yield Measured(
        "largest rise of the rate from one step to the next", float(np.max(rate[1:] / rate[:-1])), f"under {times:g}"
    )
    start = float(np.nanmedian(np.where(np.isfinite(loss), loss, np.nan)[:5]))
    for i in map(int, rises):
        before, after = loss[max(0, i - window) : i], loss[i + 1 :]
        before = before[np.isfinite(before)]
        if not len(before) or len(after) < 3 or np.isnan(after).all():
            continue
        level, end = float(np.median(before)), float(np.nanmedian(np.where(np.isnan(after), np.inf, after)))
        if level > 0 and end > 2 * level and end > 0.5 * start:
            yield _finding(recording, int(step[i]), (float(rate[i - 1]), float(rate[i])), (level, end))
            return


def _finding(recording: Recording, step: int, rates: tuple[float, float], levels: tuple[float, float]) -> Finding:
    own = [s for s in steppings(recording) if s.calls and not s.scheduler.overridden]
    source = recording.sources.get("scheduler") if own else recording.sources.get("optimizer")
    made = f"{own[0].scheduler.kind} set it" if own else "it was assigned, no scheduler set it"
    text = f"at step {step} the rate goes from {rates[0]:.3g} to {rates[1]:.3g} ({made}), "
    text += f"and the loss from {levels[0]:.4g} to {levels[1]:.4g}"
    where = own[0].place if own else Place(source.path, source.line) if source else Place()
    x, y = tuple(map(float, recording.step)), tuple(map(float, recording.lr))
    z = tuple(map(float, recording.loss))
    curves = (
        Curve("learning rate", (Line("rate", x, y),), onset=step, log_y=True),
        Curve("loss", (Line("loss", x, z),), onset=step),
    )
    return Finding(Place(where.path, where.line, step=step, setting="lr"), text, curves)


@rate_jump_breaks_loss.fires_on
def a_hundredfold_rate_from_step_forty_on() -> Facts:
    loss = [*falling(steps=40), *flat(level=2.4, steps=40)]
    return {"recording": recording_with(loss, lr=[0.01] * 40 + [1.0] * 40)}


@rate_jump_breaks_loss.quiet_on
def a_restart_that_recovers() -> Facts:
    loss = [*falling(steps=40), *falling(start=0.6, end=0.05, steps=40)]
    return {"recording": recording_with(loss, lr=[0.01] * 40 + [0.1] * 40)}


@rate_jump_breaks_loss.quiet_on
def a_break_at_a_constant_rate() -> Facts:
    return {"recording": recording_with([*falling(steps=40), *flat(level=2.4, steps=40)], lr=0.01)}
