"""T101: the loss became NaN or infinite and stayed so."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Curve, Finding, Line, Measured, Place
from traindx.core.recording import Recording


@check("T101", level="error")
def loss_not_finite(recording: Recording, *, tolerated: float = 0.05) -> Iterator[Finding | Measured]:
    """The loss became NaN or infinite and did not recover.

    Single bad steps that the run survives are counted and not reported: mixed precision skips them by design, and real
    runs reach their full score with them.

    ## Why is this bad?
    A step with a NaN gradient makes every weight NaN. All later steps are lost, and so is a checkpoint saved after it.

    ## How to fix
    Look at what else starts at that step: a rate that throws the weights away, a batch unlike the others, half precision,
    an operation such as log(0).
    """
    known = ~np.isnan(recording.loss)
    step, loss = recording.step[known], recording.loss[known]
    broken = np.isinf(loss)
    yield Measured("steps with a loss that is not finite", int(broken.sum()), f"0 of {len(loss)}")
    if not broken.any() or not (broken[-3:].all() or broken.mean() > tolerated):
        return
    onset = int(step[broken.argmax()])
    curve = Curve("loss", (Line("loss", tuple(map(float, step)), tuple(map(float, loss))),), onset=onset, log_y=True)
    yield Finding(
        Place(step=onset), f"the loss is not finite from step {onset} on ({int(broken.sum())} steps)", (curve,)
    )


@loss_not_finite.fires_on
def nan_to_the_end() -> Facts:
    return {"recording": recording_with([*falling(steps=40), *[float("nan")] * 10])}


@loss_not_finite.quiet_on
def one_bad_step_that_recovers() -> Facts:
    loss = falling(steps=60)
    loss[30] = float("inf")
    return {"recording": recording_with(loss)}
