"""T363: a scheduler raises the rate at a step, and the loss breaks there."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.example import falling, flat, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.rate_jump import breaking_jump, largest_rise
from traindx.core.recording import Recording
from traindx.core.stepping_example import scheduled_run


@check("T363", level="error")
def rate_raised_by_schedule(recording: Recording, *, times: float = 3.0) -> Iterator[Finding | Measured]:
    """A scheduler raises the rate at one step, and the loss leaps there and does not come back.

    ## Why is this bad?
    The new rate is too high for the weights that were found: what was learned is thrown away, units die, the loss ends higher
    than before or not finite.

    ## How to fix
    Look at the factor: `gamma` above 1 raises the rate; a function of LambdaLR gives a factor of the base rate, not a rate.

    A rise counts where the rate becomes `times` higher from one step to the next; the loss breaks where its median in the
    rest of the run is above twice that of the ten steps before and above half of where it began, or is no longer finite
    (guesses). A restart from which the run recovers is left alone.
    """
    rise = largest_rise(recording)
    if rise is None:
        return
    yield Measured("largest rise of the rate from one step to the next", rise, f"under {times:g}")
    jump = breaking_jump(recording, times)
    if jump is not None and jump.by is not None:
        yield jump.finding(recording)


@rate_raised_by_schedule.fires_on
def a_step_upwards_after_four_epochs() -> Facts:
    loss = [*falling(steps=80), *flat(level=2.4, steps=80)]
    return {"recording": scheduled_run("MultiStepLR", [0.01] * 4 + [1.0] * 4, by="epoch", loss=loss)}


@rate_raised_by_schedule.quiet_on
def a_restart_that_recovers() -> Facts:
    loss = [*falling(steps=80), *falling(start=0.6, end=0.05, steps=80)]
    return {"recording": scheduled_run("CosineAnnealingWarmRestarts", [0.01] * 4 + [0.1] * 4, by="epoch", loss=loss)}


@rate_raised_by_schedule.quiet_on
def raised_by_hand() -> Facts:
    loss = [*falling(steps=40), *flat(level=2.4, steps=40)]
    return {"recording": recording_with(loss, lr=[0.01] * 40 + [1.0] * 40)}
