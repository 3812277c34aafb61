"""T353: a schedule that is written in batches is stepped after each epoch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.optimization import Scheduler
from traindx.core.recording import Recording
from traindx.core.stepping import ANEW, Stepping, rates_under, steppings
from traindx.core.stepping_example import cosine, scheduled_run, warm_up

ENDLESS = ("ExponentialLR", "StepLR")
"""Schedules without an end: the length that is known of them is how far they were looked at."""


@check("T353", level="error")
def batch_schedule_stepped_per_epoch(
    recording: Recording, *, begun: float = 0.1, min_epochs: int = 2
) -> Iterator[Finding | Measured]:
    """The scheduler is stepped once an epoch, and its plan is as long as the run has batches.

    ## Why is this bad?
    The run ends in the first part of the plan: a warm-up never comes up, a decay never comes down, and OneCycleLR stays near
    a 25th of its highest rate.

    ## How to fix
    Step the scheduler after each batch, or write the plan in epochs (`T_max=epochs`).

    Reported where the plan counts as many steps as the run has batches (within an epoch and within 15 %; a multiple of
    five, which may count epochs, exactly); or as an epoch has, unless it is such a multiple; or where a run of three epochs
    or more ends within `begun` of its plan at less than a fifth of the plan's highest rate (guesses).
    """
    found = [s for s in steppings(recording) if s.scheduler.kind not in ANEW and s.epochs >= min_epochs]
    if not found:
        raise NotEnough(f"no scheduler with a plan over {min_epochs} epochs or more")
    for stepping in found:
        plan, length = stepping.scheduler, stepping.scheduler.length
        yield Measured(f"calls of {plan.kind}.step over the steps of its plan", stepping.calls / max(1, length or 1))
        reason = _reason(stepping, recording, begun) if stepping.unit == "epoch" and stepping.finished else ""
        if reason:
            text = f"{plan.kind} is stepped once an epoch ({stepping}): {reason}"
            yield Finding(stepping.place, text)


def _reason(stepping: Stepping, recording: Recording, begun: float) -> str:
    """Why the plan is one of batches, in words; empty where it is none."""
    plan, steps = stepping.scheduler, stepping.steps
    rates = rates_under(stepping, recording)[1]
    rate = float(rates[-1]) if len(rates) else float("nan")
    if plan.length is not None and stepping.follows_plan and (plan.kind, *plan.parts)[-1] not in ENDLESS:
        left = f"it ends after {stepping.calls} of {plan.length}, at a rate of {rate:.3g}"
        near = 0.0 if _is_round(plan) else max(min(stepping.steps_of_epoch, 0.15 * steps), 0.02 * steps)
        if abs(plan.length - steps) <= near:
            return f"its plan of {plan.length} steps is as long as the run has batches; {left}"
        odd = not _is_round(plan) and abs(plan.length - stepping.steps_of_epoch) < 0.5
        if odd and stepping.epochs >= 3 and stepping.calls < 0.7 * plan.length:
            return f"its plan of {plan.length} steps is as long as an epoch has batches; {left}"
        high = float(np.max(plan.plan_rates))
        if stepping.epochs >= 3 and stepping.calls <= begun * plan.length and rate < 0.2 * high:
            return f"its plan is in its first {stepping.calls / plan.length:.0%} when the run ends; {left}, {high:.3g} is planned"
    base = max(map(float, plan.settings.get("base_lrs", ())), default=0.0)
    slow = rate < 2 * begun * base and bool((np.diff(rates) >= 0).all()) and rate > rates[0]
    if plan.length is None and stepping.epochs >= 3 and slow:
        return f"after {stepping.epochs} epochs its warm-up has reached {rate:.3g} of {base:.3g}"
    return ""


def _is_round(plan: Scheduler) -> bool:
    """Whether a plan's length, or its last milestone, is a multiple of five, as people choose numbers of epochs."""
    return (plan.length or 0) % 5 == ((plan.kind, *plan.parts)[-1] == "MultiStepLR")


@batch_schedule_stepped_per_epoch.fires_on
def cosine_over_all_batches_stepped_each_epoch() -> Facts:
    return {"recording": scheduled_run("CosineAnnealingLR", cosine(160), by="epoch")}


@batch_schedule_stepped_per_epoch.fires_on
def warm_up_that_never_comes_up() -> Facts:
    return {"recording": scheduled_run("LinearLR", warm_up(500), by="epoch")}


@batch_schedule_stepped_per_epoch.quiet_on
def cosine_over_all_epochs() -> Facts:
    return {"recording": scheduled_run("CosineAnnealingLR", cosine(8), by="epoch")}


@batch_schedule_stepped_per_epoch.quiet_on
def three_epochs_of_a_plan_of_a_hundred() -> Facts:
    return {"recording": scheduled_run("CosineAnnealingLR", cosine(100), by="epoch", epochs=3)}


@batch_schedule_stepped_per_epoch.quiet_on
def two_epochs_of_a_decay_each_fifth() -> Facts:
    rates = [0.001 * 0.3 ** (n // 5) for n in range(21)]
    return {"recording": scheduled_run("StepLR", rates, by="epoch", epochs=2, batches=15)}


@batch_schedule_stepped_per_epoch.quiet_on
def two_epochs_of_a_warm_up_before_a_decay_each_thirtieth() -> Facts:
    rates = [0.001] + [0.1 * 0.1 ** (n // 30) for n in range(150)]
    run = scheduled_run("SequentialLR", rates, by="epoch", epochs=2, batches=66, length=121)
    made, *others = run.lines["scheduler"]
    made = {**made, "parts": [{"class": "ConstantLR"}, {"class": "StepLR"}]}
    return {"recording": replace(run, lines={**run.lines, "scheduler": (made, *others)})}


@batch_schedule_stepped_per_epoch.quiet_on
def two_epochs_of_milestones_at_a_hundred_and_more() -> Facts:
    rates = [0.05 * 0.2 ** sum(n >= m for m in (60, 120, 160)) for n in range(200)]
    return {"recording": scheduled_run("MultiStepLR", rates, by="epoch", epochs=2, batches=82, length=161)}


@batch_schedule_stepped_per_epoch.quiet_on
def three_epochs_of_a_cosine_over_two_hundred() -> Facts:
    return {"recording": scheduled_run("CosineAnnealingLR", cosine(200), by="epoch", epochs=3, batches=66)}


@batch_schedule_stepped_per_epoch.quiet_on
def two_epochs_of_a_warm_up_of_five() -> Facts:
    return {"recording": scheduled_run("LinearLR", warm_up(5), by="epoch", epochs=2)}


@batch_schedule_stepped_per_epoch.quiet_on
def exponential_decay_of_no_length_stepped_each_epoch() -> Facts:
    rates = [0.002 * 0.8**n for n in range(160)]
    return {"recording": scheduled_run("ExponentialLR", rates, by="epoch")}
