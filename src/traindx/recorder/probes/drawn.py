"""How many batches of loaders the training drew for one optimizer step."""

from __future__ import annotations

from typing import Any

from traindx.recorder.observation import Observation
from traindx.recorder.probe import Probe
from traindx.recorder.step import Step


class Drawn(Probe):
    """Writes `drawn` into steps for which several batches were drawn with gradients enabled, from all loaders together."""

    def __init__(self, seen: Observation) -> None:
        super().__init__(seen)
        self._count = self._after = 0

    def batch(self, loader: Any, batch: Any) -> None:
        """A loader has handed out a batch; the next step's first one comes before the last step is closed."""
        if not self.seen.torch.is_grad_enabled():
            return
        if self.seen.current.stepped:
            self._after += 1
        else:
            self._count += 1

    def closed(self, step: Step) -> None:
        """A step is over."""
        if self._count > 1:
            step.details["drawn"] = self._count
        self._count, self._after = self._after, 0
