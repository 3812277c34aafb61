"""Batch norms in saved weights: running mean, running variance and count of updates that belong together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from traindx.core.checkpoint import Part, Tensor

MEAN = "running_mean"


@dataclass(frozen=True)
class SavedNorm:
    """One normalisation layer. `updates` is None where the file does not count them."""

    layer: str
    mean: Tensor
    variance: Tensor
    weight: Tensor | None
    bias: Tensor | None
    updates: int | None

    @property
    def at_start(self) -> bool:
        """Whether mean and variance are those of a new layer: 0 and 1 in every channel."""
        return self.mean.constant == 0.0 and self.variance.constant == 1.0

    @property
    def learned(self) -> bool:
        """Whether its scale and shift were trained: the channels of both differ, which no initialisation makes."""
        return all(t is not None and t.numel > 1 and t.constant is None for t in (self.weight, self.bias))


def saved_norms(part: Part) -> Iterator[SavedNorm]:
    """Every layer of a part that has running statistics."""
    held = part.by_name
    for name, mean in held.items():
        layer, _, last = name.rpartition(".")
        before = f"{layer}." if layer else ""
        variance = held.get(f"{before}running_var")
        if last != MEAN or variance is None:
            continue
        count = held.get(f"{before}num_batches_tracked")
        updates = None if count is None or count.high is None else int(count.high)
        yield SavedNorm(layer, mean, variance, held.get(f"{before}weight"), held.get(f"{before}bias"), updates)
