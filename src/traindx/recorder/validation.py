"""Forward passes without gradients between two training steps: how many, and what the loss function saw of them."""

from __future__ import annotations

from typing import Any

from traindx.recorder.measure import stacked
from traindx.recorder.readback import Slots, rounded

MOST = 10_000
"""Batches whose loss and accuracy are kept."""


class Validation:
    """Gathers loss and accuracy on the device until validation ends."""

    def __init__(self) -> None:
        self.batches = 0
        self.training: bool | None = None
        self._losses: list[Any] = []
        self._right: list[Any] = []
        self._judged = 0

    @property
    def is_several(self) -> bool:
        """Whether there was more than one pass."""
        return self.batches > 1

    def forward(self, module: Any) -> None:
        """Count one forward pass."""
        self.batches += 1
        self.training = bool(module.training)

    def loss(self, torch: Any, name: str, scores: Any, target: Any, value: Any) -> None:
        """Take one call of a loss function; accuracy where it is a cross entropy over class indices."""
        with torch.no_grad():
            if value.dim() == 0 and len(self._losses) < MOST:
                self._losses.append(value.detach().clone())
            classes = name in ("cross_entropy", "nll_loss") and scores.dim() == 2 and not target.is_floating_point()
            if classes and len(self._right) < MOST:
                self._right.append((scores.detach().argmax(dim=1) == target).sum())
                self._judged += int(target.numel())

    def line(self, torch: Any, step: int, time: float, slots: Slots) -> dict[str, Any]:
        """The `validation` line; its numbers come through `slots`."""
        line: dict[str, Any] = {"kind": "validation", "step": step, "time": round(time, 6), "batches": self.batches}
        line["training"] = self.training
        judged = self._judged
        with torch.no_grad():
            if self._losses:
                mean = stacked(torch, self._losses).mean()
                slots.add(mean, lambda values: line.update(loss=rounded(values[0])))
            if self._right:
                right = stacked(torch, self._right).sum()
                slots.add(right, lambda values: line.update(accuracy=rounded(values[0] / judged)))
        return line
