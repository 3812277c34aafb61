"""One optimizer step while it is being observed: calls, losses, measurements, and the line they become."""

from __future__ import annotations

import math
from functools import cached_property
from typing import Any

from traindx.recorder.activations import Pass
from traindx.recorder.description import Description
from traindx.recorder.measure import stacked
from traindx.recorder.norms import Copies, Norms
from traindx.recorder.readback import Segment, Slots, rounded

LONGEST_CALLS = 400
MOST_LOSSES = 1000
"""Calls and losses of one step that are kept: a loop that updates the weights by hand has one step without end."""


class Step:
    """`recorded` steps are measured in full; the others keep their losses and calls only.

    `forwards` counts the root's calls before the first backward pass, in evaluation and in training mode. `details` become
    fields of its line; `notes` are what one probe leaves for another, and are not written.
    """

    def __init__(self, torch: Any, number: int, recorded: bool, calls: list[str], copies: Copies) -> None:
        self.number, self.recorded = number, recorded
        self.calls, self.after = calls, list[str]()
        self.losses: list[Any] = []
        self.loss: float | None = None
        self.forwards = [0, 0]
        self._torch, self._copies = torch, copies
        self.details: dict[str, Any] = {}
        self.notes: dict[str, Any] = {}
        self.passed: Pass | None = None
        self.stepped: list[int] = []
        self.training: bool | None = None
        self.rates: list[float | None] = []
        self.time = self.wait = self.seconds = 0.0
        self.started_cost = self.cost = 0.0
        self.description: Description | None = None

    @cached_property
    def slots(self) -> Slots:
        """What is to be read back of the step: made where anything is."""
        return Slots()

    @cached_property
    def norms(self) -> Norms:
        """Of the step's gradients, weights and updates: made where they are asked for, on recorded steps."""
        return Norms(self._torch, self.slots, self._copies)

    def add_loss(self, loss: Any) -> None:
        """Take the loss of one backward pass: a number, or a tensor of one element that is to be read back."""
        if len(self.losses) < MOST_LOSSES:
            self.losses.append(loss)

    def segments(self, torch: Any) -> list[Segment]:
        """All that is to be read back of this step."""
        if self.passed is not None:
            self.passed.send()
        known = self.slots.segments if "slots" in vars(self) else []
        if not self.losses:
            return known
        away = [at for at, loss in enumerate(self.losses) if type(loss) is not float]
        if not away:
            self._fill_losses(self.losses)
            return known
        losses = [self.losses[at] for at in away]
        vector = losses[0] if len(losses) == 1 else stacked(torch, [loss.reshape(()) for loss in losses])

        def fill(values: list[float]) -> None:
            arrived = dict(zip(away, values, strict=True))
            self._fill_losses([arrived.get(at, loss) for at, loss in enumerate(self.losses)])

        return [Segment(vector, fill), *known]

    def _fill_losses(self, values: list[float]) -> None:
        self.loss = rounded(sum(values) / len(values))
        if len(values) > 1:
            self.details["loss_sum"], self.details["backwards"] = rounded(sum(values)), len(values)

    def line(self) -> dict[str, Any]:
        """The `step` line, after the numbers were read back."""
        line: dict[str, Any] = {
            "kind": "step",
            "step": self.number,
            "time": round(self.time, 6),
            "loss": self.loss,
            "lr": self.rates[0] if self.rates else None,
            "training": self.training,
            "calls": "".join(self.calls),
            "wait": round(self.wait, 6),
            "seconds": round(self.seconds, 6),
        }
        if self.recorded and self.description is not None:
            self.norms.finish(line, self.description.index)
            if self.passed is not None:
                self.passed.finish(self.description.layer_index, [n for n, _, _ in self.description.layers])
                line.update(self.passed.facts)
            if len(self.rates) > 1:
                line["lrs"] = self.rates
            line["cost"] = round(self.cost, 6)
        return {**line, **self.details}

    @property
    def finite(self) -> bool:
        """Whether the loss is a finite number or unknown."""
        return self.loss is None or math.isfinite(self.loss)
