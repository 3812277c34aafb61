"""What a training step needs of memory: measured on a few small pictures, forecast for the batch and size that are asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

OVERHEAD = 2**30
"""What CUDA's context and the workspaces of its libraries take besides: half a gigabyte to a whole one (a guess)."""
KEPT_FREE = 0.9
"""Share of a memory that a training can use before its allocator finds no block that is large enough (a guess)."""

Moment = tuple[float, float]
"""What lives at a moment of a step: bytes for no picture, and bytes of each picture."""


@dataclass(frozen=True)
class Footprint:
    """Bytes. `parameters` with buffers, their `gradients`, the `states` of the `optimizer`; `step` and `validation` are the moments
    of a training step and of a validation at which most may live, for pictures of `size` pixels a side, and `wanted`
    is the side that the training will have; `held` is what
    autograd holds of each picture. `loss` says which loss was taken.
    """

    parameters: int
    gradients: int
    states: int
    step: tuple[Moment, ...]
    validation: tuple[Moment, ...]
    held: float
    size: int
    wanted: int
    optimizer: str = "SGD"
    loss: str = ""

    @property
    def base(self) -> int:
        """What is there between two steps: weights and the optimizer's states."""
        return self.parameters + self.states

    def peak(self, batch: int, size: int | None = None) -> float:
        """The peak of a training step; what pictures need grows with their area."""
        return self.base + _most(self.step, batch * self._area(size))

    def validation_peak(self, batch: int, size: int | None = None) -> float:
        """The peak of a validation between two steps, where nothing is held for a backward pass."""
        return self.base + _most(self.validation, batch * self._area(size))

    def largest_batch(self, memory: float, size: int | None = None) -> int:
        """The largest batch whose step fits into so many bytes, 0 where not even one picture does."""
        if self.peak(1, size) > memory:
            return 0
        low, high = 1, 2
        while self.peak(high, size) <= memory and high < 2**20:
            low, high = high, high * 2
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.peak(middle, size) <= memory else (low, middle)
        return low

    def _area(self, size: int | None) -> float:
        return ((size or self.wanted) / self.size) ** 2


def _most(moments: Sequence[Moment], pictures: float) -> float:
    return max((fixed + each * pictures for fixed, each in moments), default=0.0)


def highest(moments: Sequence[Moment]) -> tuple[Moment, ...]:
    """The moments that are the highest for some number of pictures: the upper hull of lines."""
    found: list[Moment] = []
    for fixed, each in sorted(set(moments), key=lambda m: (m[1], m[0])):
        while found and (fixed >= found[-1][0] or (len(found) > 1 and _covered(found[-2], found[-1], (fixed, each)))):
            found.pop()
        found.append((fixed, each))
    return tuple(found)


def _covered(first: Moment, middle: Moment, last: Moment) -> bool:
    """Whether the middle line lies nowhere above both others."""
    cross = (first[0] - last[0]) * (middle[1] - first[1])
    return cross <= (first[0] - middle[0]) * (last[1] - first[1])


def footprint_of(plain: Mapping[str, Any] | None) -> Footprint | None:
    """From what the process that measured wrote; None where it measured nothing."""
    if not plain:
        return None
    pairs = {name: tuple((float(a), float(b)) for a, b in plain[name]) for name in ("step", "validation")}
    return Footprint(**{**plain, **pairs})
