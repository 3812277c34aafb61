"""T352: a schedule that is written in epochs is stepped after each batch."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Curve, Finding, Line, Measured
from traindx.core.recording import Recording
from traindx.core.stepping import ANEW, Stepping, rates_under, steppings
from traindx.core.stepping_example import BASE, cosine, scheduled_run, staircase, warm_up

DOWNWARDS = ("CosineAnnealingLR", "PolynomialLR", "MultiStepLR", "LinearLR", "LambdaLR")
"""Schedulers whose plan has an end at a low rate. A plan that only warms up may be shorter than the run."""


@check("T352", level="error")
def epoch_schedule_stepped_per_batch(recording: Recording, *, sunk: float = 0.05) -> Iterator[Finding | Measured]:
    """The scheduler is stepped after each batch, and its plan is one of epochs.

    ## Why is this bad?
    The rate falls to nothing within the first batches, and the rest of the run trains with it; a cosine comes up again and
    swings through the whole run.

    ## How to fix
    Move `scheduler.step()` out of the loop over the batches, or write the plan in batches (`T_max=epochs * len(loader)`).

    Told from a schedule that is short on purpose by one of these: the plan is no longer than the run has epochs; a cosine
    swings four times or more, each within half an epoch; after the first of three epochs or more the rate is below `sunk`
    of its peak; it is below a thousandth of its peak for the last quarter of the run. The shares are a guess: a decay that
    is planned in batches spends under a twentieth of the run so low. Restarting and cyclic schedulers are left alone.
    """
    found = [s for s in steppings(recording) if s.scheduler.kind not in ANEW and len(s.scheduler.step)]
    if not found or recording.step[-1] < 20:
        raise NotEnough("no scheduler with a plan that has an end, in a run of over 20 steps")
    for stepping in found:
        share = stepping.calls / max(1, stepping.steps)
        yield Measured(f"calls of {stepping.scheduler.kind}.step for each optimizer step", share, "as its plan counts")
        reason = _of_plan(stepping) or _of_rates(stepping, recording, sunk) if stepping.unit == "step" else ""
        if reason:
            text = f"{stepping.scheduler.kind} is stepped after each batch ({stepping}): {reason}"
            yield Finding(stepping.place, text, (_curve(recording),))


def _of_plan(stepping: Stepping) -> str:
    """Why the plan is one of epochs by its length, in words; empty where it is none."""
    plan, epoch, length = stepping.scheduler, stepping.steps_of_epoch, stepping.scheduler.length or 0
    if not stepping.follows_plan or stepping.epochs < 2:
        return ""
    low = stepping.rate_after(length) < 0.5 * float(np.max(plan.plan_rates))
    if low and length <= stepping.epochs + 1 and plan.kind in DOWNWARDS and stepping.calls >= 2 * length:
        return f"its plan of {length} steps fits the {stepping.epochs} epochs of the run, not its batches"
    if plan.kind == "CosineAnnealingLR" and length <= epoch / 2 and stepping.calls >= 4 * length:
        return (
            f"T_max={length} is through {stepping.calls // length} times, each within {length} of {epoch:.0f} batches"
        )
    return ""


def _of_rates(stepping: Stepping, recording: Recording, sunk: float) -> str:
    """Why it is one by what became of the rate, in words; empty where it is none."""
    plan, (step, rate) = stepping.scheduler, rates_under(stepping, recording)
    part = rate / max(float(np.max(rate, initial=0.0)), 1e-300)
    after = part[step >= plan.made_at + stepping.steps_of_epoch]
    if stepping.epochs >= 3 and len(after) >= 5 and float(np.max(after)) < sunk:
        return f"after the first of {stepping.epochs} epochs the rate is {float(np.max(after)):.2g} of what it was, or less"
    late = part[step >= plan.made_at + 0.75 * stepping.steps]
    if len(late) >= 5 and float(np.max(late)) < 1e-3:
        return f"for the last quarter of the run the rate is {float(np.max(late)):.2g} of what it was, or less"
    return ""


def _curve(recording: Recording) -> Curve:
    known = np.isfinite(recording.lr)
    x, y = tuple(map(float, recording.step[known])), tuple(map(float, recording.lr[known]))
    return Curve("learning rate", (Line("rate", x, y),))


@epoch_schedule_stepped_per_batch.fires_on
def staircase_of_three_epochs() -> Facts:
    return {"recording": scheduled_run("StepLR", staircase(3, 160), by="step")}


@epoch_schedule_stepped_per_batch.fires_on
def cosine_as_long_as_the_epochs() -> Facts:
    return {"recording": scheduled_run("CosineAnnealingLR", cosine(8, 160), by="step", length=8)}


@epoch_schedule_stepped_per_batch.quiet_on
def staircase_stepped_each_epoch() -> Facts:
    return {"recording": scheduled_run("StepLR", staircase(3, 8), by="epoch")}


@epoch_schedule_stepped_per_batch.quiet_on
def cosine_over_all_batches() -> Facts:
    return {"recording": scheduled_run("CosineAnnealingLR", cosine(160), by="step")}


@epoch_schedule_stepped_per_batch.quiet_on
def a_short_warm_up() -> Facts:
    return {"recording": scheduled_run("LinearLR", warm_up(8, 160), by="step", length=8)}


@epoch_schedule_stepped_per_batch.quiet_on
def a_smoke_run_of_a_long_plan() -> Facts:
    return {"recording": scheduled_run("CosineAnnealingLR", [BASE] * 161, by="step", length=9000, epochs=2)}
