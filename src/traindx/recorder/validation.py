"""Forward passes without gradients between two training steps: how many, and what the loss function saw of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from traindx.core.loss_names import CLASSES, DISTANCES
from traindx.recorder.measure import excerpt, stacked, usable
from traindx.recorder.readback import Slots, rounded

MOST = 10_000
"""Batches whose loss and accuracy are kept."""
MOST_DISTANCES = 20
"""Batches of a validation of whose distances both sides are looked at."""
MOST_CLASSES = 256
"""Classes up to which it is counted which are taken for which."""


class Tally:
    """How many answers were right, and which class was taken for which, counted on the device."""

    def __init__(self) -> None:
        self.right: list[Any] = []
        self.judged = 0
        self._taken: Any = None

    def add(self, torch: Any, scores: Any, target: Any) -> None:
        """Take scores [N, K] and class ids of one batch."""
        if len(self.right) >= MOST:
            return
        named = scores.detach().argmax(dim=1)
        self.right.append((named == target).sum())
        self.judged += int(target.numel())
        if scores.shape[1] <= MOST_CLASSES and target.shape == named.shape:
            self._count(torch, int(scores.shape[1]), target, named)

    def _count(self, torch: Any, classes: int, target: Any, named: Any) -> None:
        """Count the pairs of a class and the class that it was taken for; ids outside of the classes go to a place of their own."""
        if self._taken is None:
            self._taken = torch.zeros(classes * classes + 1, device=target.device)
        if self._taken.numel() == classes * classes + 1:
            inside = (target >= 0) & (target < classes)
            pair = torch.where(inside, target.long() * classes + named, classes * classes)
            self._taken = self._taken.index_add(0, pair, torch.ones_like(pair, dtype=self._taken.dtype))

    def tell(self, torch: Any, line: dict[str, Any], slots: Slots) -> None:
        """Write `accuracy` and `by_class` into the line once the numbers are there."""
        judged = self.judged
        if self.right:
            right = stacked(torch, self.right).sum()
            slots.add(right, lambda values: line.update(accuracy=rounded(values[0] / judged)))
        if self._taken is not None:
            slots.add(self._by_class(torch), lambda values: line.update(by_class=_rows(values)))

    def _by_class(self, torch: Any) -> Any:
        """Of each class how many there were, how many of them were right, what most were taken for, and how many of them."""
        classes = int((self._taken.numel() - 1) ** 0.5)
        taken = self._taken[:-1].reshape(classes, classes)
        most, which = taken.max(dim=1)
        return torch.stack([taken.sum(dim=1), taken.diagonal(), which.to(most.dtype), most], dim=1)


class Validation:
    """Gathers loss and accuracy on the device until validation ends.

    `answers` counts what the model itself gave for the loader's labels; it is told where no loss function was called.
    """

    def __init__(self) -> None:
        self.batches = 0
        self.restored = False
        self.training: bool | None = None
        self.answers = Tally()
        self._losses: list[Any] = []
        self._judged = Tally()
        self._compared: dict[str, list[Any]] = {}

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
            if name in CLASSES and scores.dim() == 2 and not target.is_floating_point():
                self._judged.add(torch, scores, target)
            elif name in DISTANCES and usable(torch, scores) and usable(torch, target):
                self._compare(torch, name, excerpt(scores.detach()).float(), excerpt(target.detach()).float())

    def _compare(self, torch: Any, name: str, x: Any, t: Any) -> None:
        """Mean and mean square of both sides of a distance."""
        found = self._compared.setdefault(name, [])
        if len(found) < MOST_DISTANCES and x.numel() and t.numel():
            found.append(torch.stack([x.mean(), x.square().mean(), t.mean(), t.square().mean()]))

    def line(self, torch: Any, step: int, time: float, slots: Slots) -> dict[str, Any]:
        """The `validation` line; its numbers come through `slots`."""
        line: dict[str, Any] = {"kind": "validation", "step": step, "time": round(time, 6), "batches": self.batches}
        line["training"] = self.training
        line |= {"restored": True} if self.restored else {}
        with torch.no_grad():
            if self._losses:
                mean = stacked(torch, self._losses).mean()
                slots.add(mean, lambda values: line.update(loss=rounded(values[0])))
            for name, found in self._compared.items():
                if found:
                    slots.add(torch.stack(found).mean(dim=0), _sides(line.setdefault("compared", {}), name))
            (self._judged if self._judged.right or self._losses else self.answers).tell(torch, line, slots)
        return line


def _sides(into: dict[str, Any], name: str) -> Callable[[list[float]], None]:
    """Writes mean and deviation of both sides of a distance."""

    def fill(values: list[float]) -> None:
        pairs = (values[0], values[1]), (values[2], values[3])
        spread = [rounded(v) for mean, square in pairs for v in (mean, max(square - mean * mean, 0.0) ** 0.5)]
        into[name] = dict(
            zip(("input_mean", "input_deviation", "target_mean", "target_deviation"), spread, strict=True)
        )

    return fill


def _rows(values: list[float]) -> list[list[int]]:
    return [[int(v) for v in values[at : at + 4]] for at in range(0, len(values), 4)]
