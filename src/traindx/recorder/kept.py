"""Copies of the weights and buffers as they were before a step, the last two; their memory is used again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from traindx.recorder import measure
from traindx.recorder.description import core_of


@dataclass
class Copy:
    """A copy: the step before which it was taken (-1: none yet), tensors on the host by name, and the bytes they take."""

    step: int = -1
    tensors: dict[str, Any] = field(default_factory=dict)
    bytes: int = 0


def named_state(torch: Any, root: Any) -> dict[str, Any]:
    """Parameters and buffers of the root, inside its wrappers, by name; only those that lie whole on this rank."""
    core = core_of(root)
    named = [*core.named_parameters(), *core.named_buffers()]
    return {name.replace("_orig_mod.", ""): t.detach() for name, t in named if measure.readable(torch, t)}


def size_of(tensors: Mapping[str, Any]) -> int:
    """Bytes that tensors take."""
    return sum(int(t.numel()) * int(t.element_size()) for t in tensors.values())


class Kept:
    """The last two copies. On CUDA they lie in pinned memory, and copying waits for nothing."""

    def __init__(self, torch: Any) -> None:
        self._torch = torch
        self._older, self._newer = Copy(), Copy()

    @property
    def bytes(self) -> int:
        """Bytes of memory in use."""
        return self._older.bytes + self._newer.bytes

    def take(self, root: Any, step: int, most: int) -> None:
        """Copy the root's state into the older of the two copies; nothing where both would take more than `most` bytes."""
        now = named_state(self._torch, root)
        size = size_of(now)
        if 2 * size > most:
            self._older = Copy()
            if size > most:
                return
        target = self._older if 2 * size <= most else self._newer
        target.step = -1
        with self._torch.no_grad():
            for name, tensor in now.items():
                there = target.tensors.get(name)
                if there is None or there.shape != tensor.shape or there.dtype != tensor.dtype:
                    there = target.tensors[name] = self._memory(tensor)
                there.copy_(tensor, non_blocking=True)
        for name in set(target.tensors) - set(now):
            del target.tensors[name]
        target.step, target.bytes = step, size
        if target is self._older:
            self._older, self._newer = self._newer, self._older

    def before(self, step: int) -> Copy | None:
        """The newest copy taken at or before `step` in which everything is finite. Waits for the device."""
        if self._torch.cuda.is_initialized():
            self._torch.cuda.synchronize()
        found = [c for c in (self._newer, self._older) if 0 <= c.step <= step]
        return next((c for c in found if not not_finite(self._torch, c.tensors)), None)

    def _memory(self, tensor: Any) -> Any:
        pinned = bool(tensor.device.type == "cuda")
        return self._torch.empty(tensor.shape, dtype=tensor.dtype, device="cpu", pin_memory=pinned)


def not_finite(torch: Any, tensors: Mapping[str, Any]) -> list[str]:
    """The names of the tensors that hold a number which is not finite. Waits for the device."""
    return [n for n, t in tensors.items() if t.is_floating_point() and not bool(torch.isfinite(t).all())]
