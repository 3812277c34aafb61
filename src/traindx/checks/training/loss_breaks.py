"""T107: a run that had learned loses nearly all of it again at one step."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, flat, recording_with
from traindx.core.finding import Curve, Finding, Line, Measured, Place
from traindx.core.onset import rise_in
from traindx.core.recording import Recording
from traindx.core.trainings import side_by_side
from traindx.core.trend import takes_both_signs, trend


@check("T107", level="error", preview=True)
def loss_breaks(
    recording: Recording, *, lost: float = 0.8, learned: float = 0.3, min_steps: int = 60
) -> Iterator[Finding | Measured]:
    """The loss falls, then rises at one step to nearly where it began, and stays there.

    ## Why is this bad?
    From that step on the run undoes what it had learned. Something happened there: a rate that jumps, a batch that is unlike the
    others, layers that are switched or frozen, an overflow.

    ## How to fix
    Look at what changed at that step: the cause that stands first says so, `traindx diagnose RUN --at STEP` shows
    everything. The step is placed where two constant levels fit best, with a 95 % interval.

    It is a break where the loss had fallen by `learned` of its start, and the rise takes back `lost` of that until the end
    (both a guess), by six times the loss' own noise. Several optimizers and losses that take both signs are not judged.
    """
    known = ~np.isnan(recording.loss)
    loss, step = recording.loss[known], recording.step[known]
    finite = loss[np.isfinite(loss)]
    if side_by_side(recording) > 1 or len(finite) < min_steps or takes_both_signs(finite):
        raise NotEnough(f"needs {min_steps} losses of one optimizer that do not take both signs, has {len(finite)}")
    onset, whole = rise_in(loss), trend(loss)
    if onset is None:
        return
    gained = whole.start - onset.before
    back = (min(onset.after, whole.end) - onset.before) / gained if gained > learned * abs(whole.start) else 0.0
    yield Measured("largest rise that stayed, share of what was learned before", back, f"under {lost:g}")
    if back < lost or onset.rise < 6 * onset.noise or onset.at < len(loss) // 20:
        return
    at, low, high = int(step[onset.at]), int(step[onset.low]), int(step[min(onset.high, len(step) - 1)])
    between = f" (95 %: {low} to {high})" if low < high else ""
    x, y = tuple(map(float, step)), tuple(map(float, loss))
    text = f"the loss breaks at step {at}{between}: from {onset.before:.4g} to {onset.after:.4g}; it had begun at {whole.start:.4g}"
    yield Finding(Place(step=at), text, (Curve("loss", (Line("loss", x, y),), onset=at),))


@loss_breaks.fires_on
def learned_and_lost() -> Facts:
    return {"recording": recording_with([*falling(), *flat(level=2.2, steps=40)])}


@loss_breaks.quiet_on
def falling_to_the_end() -> Facts:
    return {"recording": recording_with(falling(steps=100))}


@loss_breaks.quiet_on
def a_spike_that_passes() -> Facts:
    return {"recording": recording_with([*falling(), *flat(level=2.2, steps=6), *flat(level=0.1, steps=40)])}


@loss_breaks.quiet_on
def a_restart_of_the_rate_that_costs_a_part() -> Facts:
    return {"recording": recording_with([*falling(), *falling(start=1.0, end=0.3, steps=40)])}


@loss_breaks.quiet_on
def a_loss_that_never_fell() -> Facts:
    return {"recording": recording_with(flat(steps=100))}
