"""Whether the first steps go down the gradient or up: the update against the gradient that the optimizer was given."""

from __future__ import annotations

from typing import Any

from traindx.recorder import measure
from traindx.recorder.description import held
from traindx.recorder.observation import Observation
from traindx.recorder.probe import Probe
from traindx.recorder.readback import rounded
from traindx.recorder.step import Step

STEPS = 3
TENSORS = 64
ELEMENTS = 4096


class Direction(Probe):
    """Writes `descent` into the first three recorded steps: the cosine between what the step took off the weights and the
    gradient, over the first 4,096 elements of 64 parameters; 1 for plain gradient descent, -1 where the loss is maximised.
    """

    on_recorded = ("before_step", "after_step", "closed")

    def __init__(self, seen: Observation) -> None:
        super().__init__(seen)
        self._steps = 0
        self._before: list[tuple[Any, Any, Any]] = []

    def before_step(self, optimizer: Any, closure: bool) -> None:
        """An optimizer step is about to start; with a closure the gradients are not made yet."""
        self._before = []
        if self._steps >= STEPS or closure or "descent" in self.seen.current.details:
            return
        torch = self.seen.torch
        pairs = [(p, measure.local(p), p.grad) for p in held(optimizer) if p.grad is not None]
        pairs = [
            (p, own, measure.local(grad))
            for p, own, grad in pairs
            if measure.usable(torch, own) and measure.usable(torch, measure.local(grad)) and own.dtype != torch.float16
        ]
        with torch.no_grad():
            few = [(p, _few(own), _few(grad)) for p, own, grad in pairs[:TENSORS]]
            self._before = [(p, own.clone(), grad.clone()) for p, own, grad in few]

    def after_step(self, optimizer: Any, closure: bool) -> None:
        """It is over: what was taken off, times the gradient."""
        before, self._before = self._before, []
        if not before:
            return
        torch, step = self.seen.torch, self.seen.current
        with torch.no_grad():
            taken = [own.float() - _few(measure.local(p)).float() for p, own, _ in before]
            parts = [(a * g.float()).sum() for a, (_, _, g) in zip(taken, before, strict=True)]
            numbers = [*parts, *(a.square().sum() for a in taken), *(g.float().square().sum() for _, _, g in before)]
            vector = measure.stacked(torch, numbers)

        def fill(values: list[float]) -> None:
            third = len(values) // 3
            dot, update, gradient = (sum(values[i * third : (i + 1) * third]) for i in range(3))
            if update > 0 and gradient > 0:
                step.details["descent"] = rounded(dot / (update * gradient) ** 0.5)

        step.slots.add(vector, self.contained(fill))

    def closed(self, step: Step) -> None:
        """A step is over."""
        self._steps += 1


def _few(tensor: Any) -> Any:
    return tensor.detach().reshape(-1)[:ELEMENTS]
