"""Batches that are unlike the others, or hold numbers that are not finite, left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from traindx.core.treatment import Argument
from traindx.recorder.measure import first_tensor, tensors
from traindx.recorder.treater import Change, Training, Treater


class OnlyUsualBatches(Treater):
    """Training batches with numbers that are not finite, or far from those of the batches before, are left out.

    Far: mean or deviation of the first floats of a batch outside of the range of up to 64 batches before, wider by
    `times` that range on each side; the first eight batches are all taken.
    """

    name = "only_usual_batches"
    changes = (Change("torch.utils.data.dataloader", "_BaseDataLoaderIter.__next__", "following"),)

    def __init__(self, training: Training, given: Mapping[str, Argument]) -> None:
        super().__init__(training, given)
        self._before: list[tuple[float, float]] = []

    def following(self, original: Callable[..., Any], iterator: Any) -> Any:
        """The next batch that is as usual."""
        batch = original(iterator)
        while self.torch.is_grad_enabled() and not self._is_usual(batch):
            batch = original(iterator)
        return batch

    def _is_usual(self, batch: Any) -> bool:
        floats = [t for t in tensors(self.torch, batch, 3) if t.is_floating_point() and t.numel()]
        if any(not bool(self.torch.isfinite(t).all()) for t in floats):
            return False
        first = first_tensor(self.torch, batch)
        if first is None or not self.number("times"):
            return True
        numbers = float(first.float().mean()), float(first.float().std(unbiased=False))
        if len(self._before) >= 8 and any(self._far(numbers[i], [b[i] for b in self._before]) for i in (0, 1)):
            return False
        self._before = [*self._before[-63:], numbers]
        return True

    def _far(self, value: float, before: list[float]) -> bool:
        scale = max(max(before) - min(before), 0.1 * sorted(b[1] for b in self._before)[len(before) // 2], 1e-9)
        return max(min(before) - value, value - max(before)) > self.number("times") * scale
