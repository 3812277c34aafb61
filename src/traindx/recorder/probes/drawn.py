"""How many batches of loaders the training drew for one optimizer step."""

from __future__ import annotations

from typing import Any

from traindx.recorder.observation import Observation
from traindx.recorder.probe import Probe
from traindx.recorder.step import Step


class Drawn(Probe):
    """Writes `drawn` into steps for which several batches were drawn with gradients enabled, from all loaders together."""

    on_recorded = ("closed",)

    def __init__(self, seen: Observation) -> None:
        super().__init__(seen)
        self._counts: dict[int, int] = {}

    def batch(self, loader: Any, batch: Any) -> None:
        """A loader has handed out a batch; the next step's first one comes before the last step is closed."""
        if not self.seen.torch.is_grad_enabled():
            return
        number = self.seen.now_at
        count = self._counts.get(number, 0) + 1
        if count == 1:
            self._counts = {step: n for step, n in self._counts.items() if step == number - 1}
        elif count == 2:
            self.wake("closed")
        self._counts[number] = count

    def closed(self, step: Step) -> None:
        """A step is over."""
        count = self._counts.pop(step.number, 0)
        if count > 1:
            step.details["drawn"] = count
