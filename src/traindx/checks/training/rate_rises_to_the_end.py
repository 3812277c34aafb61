"""T384: the rate rises evenly from the first step to the last: a warm-up that the training does not outlast."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Curve, Finding, Line, Measured
from traindx.core.optimization import schedulers_of
from traindx.core.rate_words import optimizer_place, optimizer_words
from traindx.core.recording import Recording
from traindx.core.setup import Setup


@check("T384", level="warning")
def rate_rises_to_the_end(
    recording: Recording,
    setup: Setup | None = None,
    *,
    steps: int = 100,
    even: float = 0.97,
    start: float = 0.05,
    more: float = 2.0,
) -> Iterator[Finding | Measured]:
    """The run ends within its warm-up.

    ## Why is this bad?
    The warm-up is counted in steps and the run has fewer of them: a small dataset with the settings of a large one, or gradient
    accumulation that makes steps fewer. The rate that was asked for is never reached, and never decays.

    ## How to fix
    A twentieth of the run's steps, told as a share (`warmup_ratio=0.05`, `total_steps // 20`).

    Judged are runs of `steps` steps or more that came to their end. The rate begins under `start` of its last value, or its
    scheduler planned to go on to `more` times that, never falls, and goes with the steps by a correlation of `even` or more: a
    sweep for a rate grows by a factor and does not. Guesses.
    """
    known = np.isfinite(recording.lr)
    rate, at = recording.lr[known], recording.step[known].astype(float)
    if len(rate) < steps or recording.ending != "finished":
        raise NotEnough(f"fewer than {steps} steps with a rate, or a run that was cut")
    top = float(rate.max())
    yield Measured(
        "rate at the end over the highest", float(rate[-1]) / top if top else float("nan"), "under 1, after a warm-up"
    )
    planned = max((float(s.plan_rates.max()) for s in schedulers_of(recording) if len(s.plan_rates)), default=0.0)
    begins = rate[0] <= start * top or (planned >= more * top and rate[0] < top)
    rises = top > 0 and begins and bool((np.diff(rate) >= 0).all())
    if rises and float(np.corrcoef(at, rate)[0, 1]) >= even:
        text = f"the rate of {optimizer_words(recording)} rises evenly over all {len(rate)} steps, to {rate[-1]:.3g}"
        curve = Curve("learning rate", (Line("rate", tuple(map(float, at)), tuple(map(float, rate))),))
        place = optimizer_place(recording, int(at[0]), setup)
        yield Finding(
            place, f"{text}: the warm-up is longer than the training (should be a small part of it)", (curve,)
        )


@rate_rises_to_the_end.fires_on
def a_warm_up_of_five_thousand_steps() -> Facts:
    return {"recording": recording_with(falling(steps=400), lr=[1e-5 * i for i in range(400)])}


def _planned(base: float) -> Facts:
    plan = {"calls": [0, 2500, 2800], "rates": [0.01 * base, base, 0.0], "length": 2800}
    line = {"kind": "scheduler", "index": 0, "step": 0, "class": "SequentialLR", "optimizer": 0, "plan": plan}
    rising = [2e-5 + 7.9e-7 * i for i in range(240)]
    return {"recording": recording_with(falling(steps=240), lr=rising, events=[line])}


@rate_rises_to_the_end.fires_on
def a_warm_up_of_samples_in_place_of_batches() -> Facts:
    return _planned(2e-3)


@rate_rises_to_the_end.quiet_on
def a_small_ramp_that_is_through() -> Facts:
    return _planned(2.1e-4)


@rate_rises_to_the_end.quiet_on
def a_short_warm_up() -> Facts:
    return {"recording": recording_with(falling(steps=400), lr=[min(0.1, 0.005 * i) for i in range(400)])}


@rate_rises_to_the_end.quiet_on
def a_sweep_for_a_rate() -> Facts:
    return {"recording": recording_with(falling(steps=200), lr=[1e-6 * 1.08**i for i in range(200)])}


@rate_rises_to_the_end.quiet_on
def one_rate_throughout() -> Facts:
    return {"recording": recording_with(falling(steps=200), lr=0.1)}
