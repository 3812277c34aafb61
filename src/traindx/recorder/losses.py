"""Losses: what the loss functions return, and what is backpropagated."""

from __future__ import annotations

import math
import weakref
from collections import deque
from typing import TYPE_CHECKING, Any

from traindx.recorder import measure
from traindx.recorder.probe import Named

if TYPE_CHECKING:
    from traindx.recorder.observation import Observation

LAST = 20
"""Values of losses on the host that are kept."""


class Losses:
    """`scaled`: what a gradient scaler made of a loss last, and that loss; `scaled_before`: the same when the step began.
    `returned`: the value of the step's last loss function, and the target that it was given where no loader handed it out.
    `last`: the last values that were backpropagated on the host. `settings`: further arguments of the function that is being
    told of.
    """

    def __init__(self, seen: Observation) -> None:
        self._seen = seen
        self.scaled: tuple[weakref.ref[Any], Any] | None = None
        self.scaled_before: tuple[weakref.ref[Any], Any] | None = None
        self.returned: tuple[Any, Any] | None = None
        self.last: deque[float] = deque(maxlen=LAST)
        self.settings: Named = {}
        self._names: set[str] = set()

    def step_begins(self) -> None:
        """A step is over, and what belonged to it."""
        self.scaled_before, self.returned = self.scaled, None

    def called(self, name: str, scores: Any, target: Any, value: Any, settings: Named) -> None:
        """A loss function has returned. On steps that are not recorded its value is kept, and no more is looked at.

        In validations only functions that are trained with count.
        """
        seen, readable, torch = self._seen, measure.readable, self._seen.torch
        if not readable(torch, value):
            return
        gradients = torch.is_grad_enabled()
        if gradients and value.requires_grad:
            self.returned = value.detach(), None if seen.handed_to_train else target
            if not seen.current.recorded and name in self._names and "loss" not in seen.probes.awake:
                return
        if not (readable(torch, scores) and readable(torch, target)):
            return
        if not gradients:
            if seen.validation.batches and (name in self._names or not self._names):
                seen.validation.loss(torch, name, scores, target, value)
        elif value.requires_grad:
            seen.source("loss")
            self._names.add(name)
            self.settings = settings
            seen.probes.tell("loss", name, scores, target, value)
            self.settings = {}

    def scale(self, outputs: Any, result: Any) -> None:
        """A gradient scaler has multiplied a loss: what is backpropagated is `result`, the loss is `outputs`."""
        torch = self._seen.torch
        if measure.usable(torch, result) and measure.usable(torch, outputs):
            self.scaled = (weakref.ref(result), outputs.detach().clone())

    def backward(self, tensors: Any) -> bool:
        """A backward pass is about to start: the step takes its losses, on the host as numbers, as nothing has to be waited for.

        Whether one of them has no graph.
        """
        seen, torch, alone = self._seen, self._seen.torch, False
        for loss in [tensors] if isinstance(tensors, torch.Tensor) else list(tensors):
            if not measure.readable(torch, loss) or not loss.is_floating_point() or loss.numel() != 1:
                continue
            alone |= loss.is_leaf
            if self.scaled is not None and self.scaled[0]() is loss:
                loss = self.scaled[1]
            if not loss.is_cpu:
                seen.current.add_loss(loss.detach().clone())
                continue
            value = loss.item()
            if not math.isfinite(value):
                seen.probes.tell("loss_not_finite", value)
            self.last.append(value)
            seen.current.add_loss(value)
        return alone
