"""T355: a cosine is stepped beyond its length, so that the run ends at a rate that is rising again."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Curve, Finding, Line, Measured
from traindx.core.recording import Recording
from traindx.core.stepping import rates_under, steppings
from traindx.core.stepping_example import cosine, scheduled_run


@check("T355", level="error")
def rate_rises_again(
    recording: Recording, *, back: float = 0.3, beyond: float = 1.25, swings: int = 4
) -> Iterator[Finding | Measured]:
    """CosineAnnealingLR is stepped beyond `T_max`, and the run ends while the rate rises again.

    ## Why is this bad?
    After `T_max` steps the cosine turns: the rate that should have come to rest goes up to its start, and the weights that are
    kept at the end are those of a restless, half-annealed model.

    ## How to fix
    Set `T_max` to all the steps that the scheduler takes: the epochs if it is stepped after each epoch, epochs times
    batches if after each batch. For restarts on purpose use CosineAnnealingWarmRestarts.

    Reported where a run that ended by itself made over `beyond` times `T_max` calls, fewer than `swings` times, and ends on
    the rise at over `back` of its highest rate (guesses).
    """
    found = [s for s in steppings(recording) if s.scheduler.kind == "CosineAnnealingLR" and s.scheduler.length]
    if not found:
        raise NotEnough("no CosineAnnealingLR")
    for stepping in found:
        length = stepping.scheduler.length or 1
        yield Measured("calls over T_max", stepping.calls / length, f"up to {beyond:g}")
        step, rates = rates_under(stepping, recording)
        turned = beyond * length < stepping.calls < swings * length and stepping.unit in ("epoch", "step")
        changes = np.diff(rates)[np.diff(rates) != 0]
        rising = len(changes) > 1 and changes[-1] > 0 and rates[-1] > back * rates.max()
        if turned and rising and stepping.finished:
            lowest, end = int(step[np.argmin(rates)]), f"{rates[-1]:.3g} at the end (highest: {rates.max():.3g})"
            text = f"T_max={length}, and it is stepped {stepping}: from step {lowest} on the rate rises again, to {end}"
            x, y = tuple(map(float, step)), tuple(map(float, rates))
            yield Finding(stepping.place, text, (Curve("learning rate", (Line("rate", x, y),), onset=lowest),))


@rate_rises_again.fires_on
def twelve_epochs_with_a_cosine_of_eight() -> Facts:
    return {"recording": scheduled_run("CosineAnnealingLR", cosine(8, 13), by="epoch", epochs=13, length=8)}


@rate_rises_again.quiet_on
def cosine_to_its_end() -> Facts:
    return {"recording": scheduled_run("CosineAnnealingLR", cosine(8), by="epoch")}


@rate_rises_again.quiet_on
def one_epoch_more() -> Facts:
    return {"recording": scheduled_run("CosineAnnealingLR", cosine(8, 9), by="epoch", epochs=9, length=8)}


@rate_rises_again.quiet_on
def many_swings_on_purpose() -> Facts:
    return {"recording": scheduled_run("CosineAnnealingLR", cosine(4, 24), by="epoch", epochs=23, length=4)}
