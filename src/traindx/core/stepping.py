"""How the schedulers of a run were stepped: each optimizer step, each epoch, or never, and whether their plan fits that."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from traindx.core.finding import Place
from traindx.core.loaders import loaders_of
from traindx.core.optimization import Scheduler, schedulers_of
from traindx.core.recording import Floats, Ints, Recording

Unit = Literal["step", "epoch", "never", "other"]

ANEW = ("CosineAnnealingWarmRestarts", "CyclicLR", "ReduceLROnPlateau")
"""Schedulers that have no end: they begin anew, or follow a metric."""


@dataclass(frozen=True)
class Stepping:
    """A scheduler, the `calls` that were made of it, and the optimizer's `steps` and the training's `epochs` since it was made.

    `epochs` counts passes over the training loader and is 0 where none is known. `finished`: the run ended by itself.
    """

    scheduler: Scheduler
    calls: int
    steps: int
    epochs: int
    finished: bool

    @property
    def unit(self) -> Unit:
        """What one call stands for. Where an epoch is a step or two long, or there was one epoch only, nobody can tell."""
        if self.calls == 0:
            return "never"
        if self.calls >= 0.9 * self.steps and (self.epochs == 0 or self.steps >= 3 * self.epochs):
            return "step"
        if self.epochs >= 2 and abs(self.calls - self.epochs) <= 1 and self.steps >= 3 * self.epochs:
            return "epoch"
        return "other"

    @property
    def steps_of_epoch(self) -> float:
        """Optimizer steps of an epoch; nan where no epoch is known."""
        return self.steps / self.epochs if self.epochs else float("nan")

    @property
    def place(self) -> Place:
        """The user's line that steps the scheduler; of one that is never stepped the line that made it."""
        source, setting = self.scheduler.line, self.scheduler.kind
        return Place(source.path, source.line, setting=setting) if source else Place(setting=setting)

    @property
    def follows_plan(self) -> bool:
        """Whether the rates that it set are those of its plan after as many calls, and not those of an epoch that it was told."""
        plan = self.scheduler
        if not len(plan.plan_calls) or not len(plan.step):
            return False
        known = np.isin(plan.calls_before, plan.plan_calls) & np.isfinite(plan.rates)
        planned = np.interp(plan.calls_before[known], plan.plan_calls, plan.plan_rates)
        return bool(known.any()) and bool(np.allclose(planned, plan.rates[known], rtol=1e-3, atol=1e-12))

    def rate_after(self, calls: float) -> float:
        """The planned rate after so many calls; that at the plan's last point beyond it."""
        return float(np.interp(calls, self.scheduler.plan_calls, self.scheduler.plan_rates))

    def __str__(self) -> str:
        """In words, for a finding."""
        often = f"{self.calls} times in {self.steps} optimizer steps"
        return often + (f" and {self.epochs} epochs" if self.epochs else "")


def steppings(recording: Recording) -> tuple[Stepping, ...]:
    """All schedulers of a run, those of no end of it included: of these the calls of the last recorded step count."""
    if not len(recording.step):
        return ()
    steps, found = int(recording.step[-1]) + 1, []
    for scheduler in schedulers_of(recording):
        # a line of the user's that does both is a trainer's, and says nothing
        trainer = bool(scheduler.callers) and scheduler.callers[0] == recording.sources.get("step")
        scheduler = replace(scheduler, callers=()) if trainer else scheduler
        told = int(scheduler.calls_before[-1]) if len(scheduler.calls_before) else 0
        calls = told if scheduler.calls is None else scheduler.calls
        finished = recording.ending == "finished" and scheduler.calls is not None
        since = steps - scheduler.made_at
        found.append(Stepping(scheduler, calls, since, epochs_of(recording, scheduler.made_at), finished))
    return tuple(found)


def rates_under(stepping: Stepping, recording: Recording) -> tuple[Ints, Floats]:
    """Steps since a scheduler was made, and their rates: the applied ones of all written steps where it alone sets them."""
    plan = stepping.scheduler
    step, rate = recording.step, recording.lr
    if len(recording.optimizers) > 1 or plan.overridden:
        step, rate = plan.step, plan.rates
    known = np.isfinite(rate) & (step >= plan.made_at)
    return step[known], rate[known]


def epochs_of(recording: Recording, since: int = 0) -> int:
    """The passes that went through the training loader from a step on; of several loaders the one that gave most batches.

    Passes that ended early by less than half count as well: a loop may leave a loader after a fixed number of batches.
    Where no loader was seen, validations of as many batches each are taken for the ends of epochs, if there are several.
    """
    passes = [p for p in loaders_of(recording).training if p.step >= since and p.ended in ("exhausted", "left")]
    amounts = {p.loader: sum(q.batches for q in passes if q.loader == p.loader) for p in passes}
    if amounts:
        main = [p.batches for p in passes if p.loader == max(amounts, key=lambda loader: amounts[loader])]
        return sum(batches >= 0.5 * max(main) for batches in main)
    ends = [v.step for v in recording.validations if v.step >= since]
    gaps = np.diff([since - 1, *ends])
    return len(ends) if len(ends) > 1 and gaps.min() == gaps.max() else 0
