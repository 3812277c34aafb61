"""The schedules that a script builds, how often it steps them, and what their text plans: nothing is executed."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from traindx.core.finding import Place
from traindx.core.helper_schedules import HELPERS, TIMM, form_of, share_of
from traindx.core.schedule_parts import parts_of
from traindx.core.script import Call, Script

TORCH = (
    *("StepLR", "MultiStepLR", "ExponentialLR", "CosineAnnealingLR", "PolynomialLR", "LinearLR", "OneCycleLR"),
    *("ReduceLROnPlateau", "CosineAnnealingWarmRestarts", "LambdaLR", "CyclicLR"),
)
KINDS = (*TORCH, *HELPERS)
COMBINED = (
    "SequentialLR",
    "ChainedScheduler",
    "ConcatScheduler",
    "create_lr_scheduler_with_warmup",
    "GradualWarmupScheduler",
    "SWALR",
)
"""What puts schedules one after another: their parts are not stepped by their own names. `core.schedule_parts` knows the first."""

BATCHES_AT_LEAST = 20
"""Batches an epoch that are taken for granted where a text does not tell them (a guess)."""


_LENGTHS: Mapping[str, tuple[str, int | None]] = {
    "CosineAnnealingLR": ("T_max", 1),
    "PolynomialLR": ("total_iters", 1),
    "OneCycleLR": ("total_steps", 2),
    **{name: helper.whole for name, helper in HELPERS.items()},
}


@dataclass(frozen=True)
class Plan:
    """A schedule: `stepped` once an epoch or a batch, empty where the text does not tell; `epochs` that the training has, with
    their text (`args.epochs`); `steps` are the calls of its `step`. One of several begins after `start` steps and may end at
    `end`. `unit` is what is counted as epochs where the training is counted in iterations.
    """

    call: Call
    stepped: Literal["epoch", "batch", ""]
    epochs: int | None
    epochs_text: str
    steps: tuple[Call, ...]
    path: str
    start: float = 0.0
    end: float = math.inf
    unit: str = "epoch"

    @property
    def place(self) -> Place:
        """Where it is built."""
        return Place(self.call.path or self.path, self.call.line, setting=self.call.name)

    @property
    def planned(self) -> float | None:
        """How many epochs its length is, where the text tells that."""
        if self.stepped == "batch":
            name, position = _LENGTHS.get(self.call.name, ("", None))
            return self.call.passes_of(name, position)
        return self.length[0] if self.stepped == "epoch" and not self.counts_batches else None

    @property
    def warm(self) -> float | None:
        """How many epochs the warm-up of a helper is."""
        helper = HELPERS.get(self.call.name)
        if helper is None or not self.stepped:
            return None
        if self.stepped == "batch":
            return self.call.passes_of(*helper.warm)
        return self.number(*helper.warm, 0.0)

    @property
    def left_half_way(self) -> float | None:
        """The rate half way through the training, over that at the start or the highest."""
        if not self.epochs or not self.stepped or self.start:
            return None
        if self.call.name in HELPERS:
            whole, half = self.planned, self.epochs / 2
            if whole is None and self.stepped == "batch" and (steps := self.length[0]) is not None:
                whole, half = steps, half * BATCHES_AT_LEAST
            return share_of(form_of(self.call), half, self.warm or 0.0, whole) if whole else None
        return self.relative_rate(self.epochs * (1 if self.stepped == "epoch" else BATCHES_AT_LEAST) // 2)

    def number(self, name: str, position: int | None, default: float | None = None) -> float | None:
        """A number among its arguments, None where the text does not tell it."""
        value = self.call.get(name, position, default)
        return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None

    @property
    def length(self) -> tuple[float | None, str]:
        """After how many steps it ends, and how that is written; (None, "") of one that has no end."""
        if self.call.name == "CosineAnnealingLR":
            return self.number("T_max", 1), self.call.text("T_max", 1)
        if self.call.name == "PolynomialLR":
            return self.number("total_iters", 1, 5.0), self.call.text("total_iters", 1)
        if self.call.name == "OneCycleLR":
            text = self.call.text("total_steps", 2)
            return (self.number("total_steps", 2), text) if text and text != "None" else self._of_epochs()
        if (helper := HELPERS.get(self.call.name)) is not None and helper.whole[0]:
            text = self.call.text(*helper.whole) or f"{helper.default or ''}"
            return self.number(*helper.whole, helper.default), text
        return None, ""

    def _of_epochs(self) -> tuple[float | None, str]:
        """A one-cycle plan that is given epochs and steps of each."""
        epochs, each = self.number("epochs", 3), self.number("steps_per_epoch", 4)
        text = f"{self.call.text('epochs', 3)} * {self.call.text('steps_per_epoch', 4)}"
        return (None if epochs is None or each is None else epochs * each), text

    @property
    def counts_batches(self) -> bool:
        """Whether its length is written as a number of batches: with the length of a loader."""
        text = self.length[1]
        return bool(re.search(r"len\(|steps_per_epoch|num_batches|iters_per_epoch|total_steps", text))

    def relative_rate(self, step: int) -> float | None:
        """The rate after so many steps over that at the start, of plans that only decay, and over the highest before of a formula;
        None of others."""
        if self.formula is not None:
            return self._by_formula(step)
        gamma = self.number("gamma", 1 if self.call.name == "ExponentialLR" else 2, 0.1)
        if gamma is None:
            return None
        if self.call.name == "ExponentialLR":
            return float(gamma**step)
        size = self.number("step_size", 1) if self.call.name == "StepLR" else None
        if size:
            return float(gamma ** (step // size)) if size >= 1 else 1.0
        milestones = self.milestones
        return float(gamma ** sum(step >= m for m in milestones)) if milestones else None

    @property
    def formula(self) -> Mapping[int, float] | None:
        """The rate of LambdaLR over the optimizer's, by step, where its text tells it."""
        found = self.call.get("lr_lambda", 1) if self.call.name == "LambdaLR" else None
        return found if isinstance(found, Mapping) and found else None

    def reached(self, steps: int) -> float | None:
        """The highest rate within so many steps over the highest that the plan ever comes to, of a formula and of a linear rise."""
        if self.call.name == "LinearLR":
            first, last = self.number("start_factor", 1, 1 / 3), self.number("end_factor", 2, 1.0)
            over = self.number("total_iters", 3, 5.0)
            known = first is not None and last is not None and over and last > first and self.end >= steps
            return None if not known else (first + (last - first) * min(1.0, (steps - 1) / over)) / last  # type: ignore[operator]
        rates = self.formula or {}
        within = [rate for step, rate in rates.items() if step < steps]
        highest = max(rates.values(), default=0.0)
        return max(within) / highest if within and highest > 0 else None

    def _by_formula(self, step: int) -> float | None:
        """The formula's rate at the nearest step that was worked out, over its highest up to there; None of one that is zero."""
        known = [s for s in self.formula or () if s <= step]
        highest = max((self.formula[s] for s in known), default=0.0) if self.formula else 0.0
        return None if highest <= 0 or self.formula is None else self.formula[max(known)] / highest

    @property
    def milestones(self) -> tuple[float, ...]:
        """Those of MultiStepLR, and the first of StepLR, where the text tells them."""
        if self.call.name == "StepLR":
            size = self.number("step_size", 1)
            return () if size is None or size < 1 else (size,)
        found = self.call.get("milestones", 1) if self.call.name == "MultiStepLR" else None
        known = isinstance(found, list) and all(isinstance(m, (int, float)) for m in found)
        return tuple(map(float, found)) if known and found else ()


def plans_of(text: Script) -> Iterator[Plan]:
    """Every schedule of the script whose steps can be followed."""
    if any(text.called(*COMBINED[1:])):
        return
    epochs, written = _epochs(text)
    parts = {id(part.call): part for combined in text.called(COMBINED[0]) for part in parts_of(combined, text)}
    for call in text.called(*KINDS):
        part = parts.get(id(call))
        if call.path:
            yield from _of_settings(call, text)
            continue
        if part is None and (parts or _has_alternatives(call, text)):
            continue
        steps = _steps(part.of if part is not None else call, text)
        stepped = _stepped(call, steps, text)
        times = _times(call, steps[0]) if stepped == "epoch" and steps and call.name not in TIMM else epochs
        plan = Plan(call, stepped, times, written if times == epochs else "", steps, text.path)
        yield plan if part is None else replace(plan, start=part.start, end=part.end)


def _of_settings(call: Call, text: Script) -> Iterator[Plan]:
    """A schedule that a file of settings names, which says as well how long the training is."""
    length = text.lengths.get(call.pace) if call.pace else None
    if length is None or length != int(length):
        return
    plan = Plan(call, "epoch", int(length), "", (), call.path)
    begin, end = plan.number("begin", None, 0.0) or 0.0, plan.number("end", None)
    yield replace(plan, start=begin, end=math.inf if end is None else end, unit=call.pace or "epoch")


def _steps(call: Call, text: Script) -> tuple[Call, ...]:
    """The calls of a schedule's `step`: where the text tells what made their owner by that, else by its name."""
    steps = tuple(text.called("step"))
    told = tuple(c for c in steps if c.made == call.line)
    open_ = [c for c in steps if not c.made]
    named = tuple(c for c in open_ if call.target and c.owner == call.target)
    return told or named or tuple(c for c in open_ if re.search(r"sched", c.owner, re.IGNORECASE))


def _has_alternatives(call: Call, text: Script) -> bool:
    """Whether a schedule is one of several for the same name, or that one function makes: which one, the text does not tell."""
    others = [c for c in text.called(*KINDS) if c.line != call.line and c.scope == call.scope]
    return any(c.target == call.target and (call.target or call.scope) for c in others)


def _times(call: Call, step: Call) -> int | None:
    """How often the loops around a step that are not around what is stepped run together, None where the text does not tell."""
    product = 1
    for loop in step.loops:
        if loop not in call.loops:
            if loop.times is None:
                return None
            product *= loop.times
    return product


def _epochs(text: Script) -> tuple[int | None, str]:
    """How many epochs the training has, and how that is written."""
    trainers = [c for c in text.called("Trainer") if "max_epochs" in c.texts]
    if len(trainers) == 1:
        value = trainers[0].get("max_epochs")
        return (value if isinstance(value, int) else None), trainers[0].text("max_epochs")
    loop = text.epochs
    if loop is None:
        return None, ""
    found = re.search(r"range\((?:[^,()]+,\s*)?([^,()]+)\)", loop.over)
    return loop.times, found[1] if found else ""


def _stepped(call: Call, steps: tuple[Call, ...], text: Script) -> Literal["epoch", "batch", ""]:
    if call.scope == "configure_optimizers":
        if steps or text.intervals - {"step", "epoch"} or len(text.intervals) > 1:
            return ""
        interval = next(iter(text.intervals), "" if "step" in text.words else "epoch")
        return "batch" if interval == "step" else "epoch" if interval else ""
    if any(step.now_and_then for step in steps):
        return ""
    if call.name in TIMM and steps:
        return "epoch" if all("epoch" in step.text("epoch", 0) for step in steps) else ""
    inner = [step.loops[-1] if step.loops else None for step in steps]
    if inner and all(loop is not None and loop.is_of_epochs for loop in inner):
        return "epoch"
    return "batch" if inner and all(loop is not None and loop.is_of_batches for loop in inner) else ""
