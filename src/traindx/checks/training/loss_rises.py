"""T102: the loss ends above where it began."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.example import falling, flat, recording_with
from traindx.core.finding import Curve, Finding, Line, Measured, Place
from traindx.core.recording import Recording
from traindx.core.trainings import side_by_side
from traindx.core.trend import has_one_target, takes_both_signs, trend


@check("T102", level="error")
def loss_rises(
    recording: Recording, *, rise: float = 0.1, z: float = 4.0, min_steps: int = 10, min_passes: int = 30
) -> Iterator[Finding | Measured]:
    """The loss ends above the level it started from, by more than its own noise.

    ## Why is this bad?
    Training makes the model worse than it was with its initial weights.

    ## How to fix
    Find what throws the weights away: the rate, gradients that pile up, a sign, labels that changed. The level at the end
    is the median of the last tenth, the level at the start that of the first twentieth; both thresholds are against the
    run's own start and noise.

    Not judged with several optimizers, whose losses make no one curve, and not where the loss takes both signs, as with
    policy gradients.
    """
    known = ~np.isnan(recording.loss)
    few = recording.passes < min_passes or np.isfinite(recording.loss[known]).sum() < min_steps
    if few or side_by_side(recording) > 1 or has_one_target(recording):
        return
    seen = trend(recording.loss)
    if seen.drop <= 0 and takes_both_signs(recording.loss):
        return
    yield Measured(
        "loss at the end over loss at the start", seen.end / seen.start if seen.start else 1.0, f"under {1 + rise:g}"
    )
    if not seen.finite or -seen.drop <= rise or -seen.z <= z:
        return
    step, loss = recording.step[known], recording.loss[known]
    above = loss > seen.start * (1 + rise)
    onset = int(step[above.argmax()])
    curve = Curve("loss", (Line("loss", tuple(map(float, step)), tuple(map(float, loss))),), onset=onset, log_y=True)
    yield Finding(Place(step=onset), f"the loss rises from {seen.start:.4g} to {seen.end:.4g}", (curve,))


@loss_rises.fires_on
def rising() -> Facts:
    return {"recording": recording_with([*flat(steps=20), *flat(level=9.0, steps=40)])}


@loss_rises.quiet_on
def a_policy_gradient_around_zero() -> Facts:
    return {"recording": recording_with([0.3 * (-1) ** i - 0.08 * (i < 30) for i in range(60)])}


@loss_rises.quiet_on
def falling_loss() -> Facts:
    return {"recording": recording_with(falling())}
