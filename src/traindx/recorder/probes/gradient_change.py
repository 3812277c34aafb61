"""Gradients between the end of the backward pass and the optimizer step: what unscaling, clipping and own code made of them."""

from __future__ import annotations

import math
from typing import Any

from traindx.recorder import measure
from traindx.recorder.description import held
from traindx.recorder.observation import Observation
from traindx.recorder.probe import Probe
from traindx.recorder.readback import rounded
from traindx.recorder.step import Step


class GradientChange(Probe):
    """Writes `grad_backward` into recorded steps: the norm of the gradients when the last backward pass was over.

    It is over the parameters that were stepped, as `grad_norm` is, so that their ratio says what happened in between: the
    loss scale where the gradients were unscaled, a clip (also one written by hand), zero where they were thrown away.
    """

    on_recorded = ("backward_done", "before_step", "closed")

    def __init__(self, seen: Observation) -> None:
        super().__init__(seen)
        self._found: tuple[list[int], Any] | None = None
        self._stepped: set[int] = set()

    def backward_done(self) -> None:
        """A backward pass is over; of several the last counts."""
        seen = self.seen
        if not seen.current.recorded or seen.stepping:  # inside of a closure the step itself makes the gradients
            return
        parameters = seen.holdings.parameters(seen.roots)
        pairs = [(id(p), measure.local(p.grad)) for p in parameters if p.grad is not None]
        pairs = [(key, grad) for key, grad in pairs if measure.usable(seen.torch, grad)]
        if pairs:
            self._found = [key for key, _ in pairs], measure.norms(seen.torch, [grad for _, grad in pairs])

    def before_step(self, optimizer: Any, closure: bool) -> None:
        """An optimizer step is about to start."""
        if self._found is not None and self.seen.current.recorded:
            self._stepped |= {id(p) for p in held(optimizer)}

    def closed(self, step: Step) -> None:
        """Have the norm read back."""
        found, self._found = self._found, None
        stepped, self._stepped = self._stepped, set()
        if found is None or not step.recorded:
            return
        keys, vector = found

        def fill(values: list[float]) -> None:
            own = [v for key, v in zip(keys, values, strict=True) if key in stepped]
            step.details["grad_backward"] = rounded(math.sqrt(sum(v * v for v in own)))

        step.slots.add(vector, fill)
