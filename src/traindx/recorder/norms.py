"""Norms of gradients, weights and updates of one optimizer step, a number for each parameter."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from traindx.recorder import measure
from traindx.recorder.readback import Slots, rounded
from traindx.recorder.room import room_for


class Copies:
    """Memory for the weights before a step. On the host it is kept from one recorded step to the next where it is small
    enough, as fresh memory costs more than the copy; a device's allocator keeps its own.
    """

    KEPT_BYTES = 1 << 28

    def __init__(self) -> None:
        self._kept: dict[int, Any] = {}

    def take(self, torch: Any, tensors: Sequence[tuple[int, Any]]) -> dict[int, Any]:
        """A copy of each tensor, by its key; none at all where they would take memory that the training may need."""
        if not room_for(torch, [t for _, t in tensors]):
            self._kept = {}
            return {}
        fitting = {k: t for k, t in tensors if k in self._kept and _alike(self._kept[k], t)}
        taken = {key: self._kept[key] for key in fitting}
        measure.overwrite(torch, list(taken.values()), list(fitting.values()))
        fresh = [(key, t) for key, t in tensors if key not in taken]
        taken.update(zip([k for k, _ in fresh], measure.copies(torch, [t for _, t in fresh]), strict=True))
        on_host = {key: t for key, t in taken.items() if t.device.type == "cpu"}
        small = sum(t.numel() * t.element_size() for t in on_host.values()) <= self.KEPT_BYTES
        self._kept = on_host if small else {}
        return taken


def _alike(a: Any, b: Any) -> bool:
    return bool(a.shape == b.shape and a.dtype == b.dtype and a.device == b.device and a.stride() == b.stride())


class Norms:
    """Gathers norms by parameter (by id) and writes them into a step's line once they have been read back."""

    def __init__(self, torch: Any, slots: Slots, copies: Copies) -> None:
        self._torch, self._slots, self._memory = torch, slots, copies
        self._found: dict[str, dict[int, float]] = {"leftover": {}, "grad": {}, "weight": {}, "update": {}}
        self._copies: dict[int, Any] = {}
        self._stepped: set[int] = set()

    def leftover(self, parameters: Iterable[Any]) -> None:
        """Gradients that are already there at the first backward of a step."""
        self._measure("leftover", [(p, p.grad) for p in parameters])

    def before(self, parameters: Sequence[Any], *, gradients: bool) -> None:
        """Right before an optimizer step: the gradients as it sees them, and a copy of the weights."""
        if gradients:
            self._measure("grad", [(p, p.grad) for p in parameters])
        weights = [(id(p), measure.local(p)) for p in parameters if p.requires_grad]
        weights = [(key, t) for key, t in weights if measure.usable(self._torch, t)]
        self._copies = self._memory.take(self._torch, weights)

    def after(self, parameters: Sequence[Any], *, gradients: bool) -> None:
        """Right after: updates and weights, and the gradients where a closure made them during the step."""
        self._stepped |= {id(p) for p in parameters}
        if gradients:
            self._measure("grad", [(p, p.grad) for p in parameters])
        self._measure("weight", [(p, p) for p in parameters if id(p) not in self._copies])
        moved = [p for p in parameters if id(p) in self._copies]
        if moved:
            keys = [id(p) for p in moved]
            now, before = [measure.local(p) for p in moved], [self._copies[key] for key in keys]
            updates, weights = measure.moved(self._torch, now, before)
            self._fill("update", keys, updates)
            self._fill("weight", keys, weights)
        self._copies = {}

    def others(self, parameters: Iterable[Any]) -> None:
        """Parameters that no optimizer holds: their weights and gradients."""
        parameters = list(parameters)
        self._measure("grad", [(p, p.grad) for p in parameters])
        self._measure("weight", [(p, p) for p in parameters])

    def finish(self, line: dict[str, Any], index: Mapping[int, int]) -> None:
        """Write `parameters` (aligned by `index`, id to position) and the global norms over what was stepped."""
        columns: dict[str, list[float | None]] = {}
        for name in ("grad", "weight", "update"):
            column: list[float | None] = [None] * len(index)
            for key, value in self._found[name].items():
                if key in index:
                    column[index[key]] = value
            columns[name] = column
        line["parameters"] = columns
        line["grad_norm"] = self._whole("grad", self._stepped)
        line["grad_before"] = self._whole("leftover", self._stepped)
        line["update_norm"] = self._whole("update", self._stepped) if self._found["update"] else None
        line["weight_norm"] = self._whole("weight", self._stepped)

    def _measure(self, name: str, pairs: Sequence[tuple[Any, Any]]) -> None:
        found = [(id(p), measure.local(t)) for p, t in pairs if t is not None]
        found = [(key, t) for key, t in found if measure.usable(self._torch, t)]
        if found:
            self._fill(name, [key for key, _ in found], measure.norms(self._torch, [t for _, t in found]))

    def _fill(self, name: str, keys: Sequence[int], vector: Any) -> None:
        column = self._found[name]
        self._slots.add(vector, lambda values: column.update(zip(keys, map(rounded, values), strict=True)))

    def _whole(self, name: str, keys: set[int]) -> float:
        values = [v for k, v in self._found[name].items() if k in keys]
        largest = max(map(abs, values), default=0.0)
        if not math.isfinite(largest) or any(math.isnan(v) for v in values):
            return math.nan if any(math.isnan(v) for v in values) else math.inf
        return rounded(math.sqrt(math.fsum(v * v for v in values)))
