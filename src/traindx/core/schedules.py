"""The schedules that a script builds, how often it steps them, and what their text plans: nothing is executed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from traindx.core.finding import Place
from traindx.core.script import Call, Script

KINDS = (
    *("StepLR", "MultiStepLR", "ExponentialLR", "CosineAnnealingLR", "PolynomialLR", "LinearLR", "OneCycleLR"),
    *("ReduceLROnPlateau", "CosineAnnealingWarmRestarts", "LambdaLR", "CyclicLR"),
)
COMBINED = (
    "SequentialLR",
    "ChainedScheduler",
    "ConcatScheduler",
    "create_lr_scheduler_with_warmup",
    "GradualWarmupScheduler",
    "SWALR",
)
"""What puts schedules one after another: their parts are not stepped by their own names."""

BATCHES_AT_LEAST = 10
"""Batches an epoch that are taken for granted where a text does not tell them (a guess)."""


@dataclass(frozen=True)
class Plan:
    """A schedule: `stepped` once an epoch or a batch, empty where the text does not tell; `epochs` that the training has, with
    their text (`args.epochs`); `steps` are the calls of its `step`.
    """

    call: Call
    stepped: Literal["epoch", "batch", ""]
    epochs: int | None
    epochs_text: str
    steps: tuple[Call, ...]
    path: str

    @property
    def place(self) -> Place:
        """Where it is built."""
        return Place(self.path, self.call.line, setting=self.call.name)

    def number(self, name: str, position: int, default: float | None = None) -> float | None:
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
        """The rate after so many steps over that at the start, of plans that only decay; None of others."""
        gamma = self.number("gamma", 1 if self.call.name == "ExponentialLR" else 2, 0.1)
        if gamma is None:
            return None
        if self.call.name == "ExponentialLR":
            return float(gamma**step)
        size = self.number("step_size", 1) if self.call.name == "StepLR" else None
        if size:
            return float(gamma ** (step // size))
        milestones = self.milestones
        return float(gamma ** sum(step >= m for m in milestones)) if milestones else None

    @property
    def milestones(self) -> tuple[float, ...]:
        """Those of MultiStepLR, and the first of StepLR, where the text tells them."""
        if self.call.name == "StepLR":
            size = self.number("step_size", 1)
            return () if size is None else (size,)
        found = self.call.get("milestones", 1) if self.call.name == "MultiStepLR" else None
        known = isinstance(found, list) and all(isinstance(m, (int, float)) for m in found)
        return tuple(map(float, found)) if known and found else ()


def plans_of(text: Script) -> Iterator[Plan]:
    """Every schedule of the script whose steps can be followed."""
    if any(text.called(*COMBINED)):
        return
    epochs, written = _epochs(text)
    for call in text.called(*KINDS):
        steps = tuple(c for c in text.called("step") if call.target and c.owner == call.target)
        steps = steps or tuple(c for c in text.called("step") if re.search(r"sched", c.owner, re.IGNORECASE))
        stepped = _stepped(call, steps, text)
        times = _times(call, steps[0]) if stepped == "epoch" and steps else epochs
        yield Plan(call, stepped, times, written if times == epochs else "", steps, text.path)


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
        return "" if "step" in text.words or steps else "epoch"
    if any(step.now_and_then for step in steps):
        return ""
    inner = [step.loops[-1] if step.loops else None for step in steps]
    if inner and all(loop is not None and loop.is_of_epochs for loop in inner):
        return "epoch"
    return "batch" if inner and all(loop is not None and loop.is_of_batches for loop in inner) else ""
