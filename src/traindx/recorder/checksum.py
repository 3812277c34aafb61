"""Checksums of tensors that are equal exactly where the bits are: sums of the bits as integers, taken on the device."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from traindx.recorder import measure
from traindx.recorder.readback import Slots

Tensor: TypeAlias = Any

BITS = 48
"""What is kept of a sum: two halves of 24 bits, which a float32 holds exactly."""
HALF = (1 << (BITS // 2)) - 1
VIEWS = {1: "uint8", 2: "int16", 4: "int32", 8: "int64"}


def bits(torch: Any, tensor: Tensor) -> Tensor | None:
    """The sum of a tensor's elements read as integers of their size, modulo 2**64, as a tensor without dimensions.

    Sums of integers do not depend on the order in which a device adds. None for what has no such integers.
    """
    view = VIEWS.get(tensor.element_size())
    if view is None or not measure.readable(torch, tensor):
        return None
    with torch.no_grad():
        return tensor.detach().view(getattr(torch, view)).sum(dtype=torch.int64)


def add(torch: Any, slots: Slots, groups: Sequence[Sequence[Tensor]], take: Callable[[list[str | None]], None]) -> None:
    """Have `take` called with one checksum for each group of tensors: twelve hexadecimal digits, None where none was read.

    The sums of all groups on one device are one tensor to be read back; those of other devices go to the first one's.
    """
    found: list[str | None] = [None] * len(groups)
    at: list[int] = []
    sums: list[Tensor] = []
    with torch.no_grad():
        for number, group in enumerate(groups):
            own = [s for tensor in group if (s := bits(torch, tensor)) is not None]
            if own and len(own) == len(group):
                at.append(number)
                sums.append(own[0] if len(own) == 1 else torch.stack([s.to(own[0].device) for s in own]).sum())
        if not sums:
            take(found)
            return
        device = sums[0].device
        whole = torch.stack([s.to(device, non_blocking=True) for s in sums])
        halves = torch.stack([whole & HALF, (whole >> (BITS // 2)) & HALF])

    def fill(values: list[float]) -> None:
        low, high = values[: len(at)], values[len(at) :]
        for number, a, b in zip(at, low, high, strict=True):
            found[number] = f"{(int(b) << (BITS // 2)) | int(a):012x}"
        take(found)

    slots.add(halves, fill)
