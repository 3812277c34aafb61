"""Numbers on their way from the device: many small tensors become one, and one copy brings them all back.

On CUDA the copy goes into pinned memory behind the work already queued, and is looked at once it has arrived:
the training never waits for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, TypeAlias

Fill: TypeAlias = Callable[[list[float]], None]
FillArray: TypeAlias = Callable[[Any], None]


@dataclass(frozen=True)
class Segment:
    """A tensor on its way, and who takes its numbers."""

    tensor: Any
    fill: Callable[[Any], None]
    as_array: bool = False


class Slots:
    """Tensors to be read back, each with the function that takes its numbers (in the tensor's order, flattened)."""

    def __init__(self) -> None:
        self.segments: list[Segment] = []

    def add(self, tensor: Any, fill: Fill) -> None:
        """Have `fill` called with the numbers of `tensor` once they are on the host."""
        self.segments.append(Segment(tensor, fill))

    def add_array(self, tensor: Any, fill: FillArray) -> None:
        """Have `fill` called with the numbers as a flat array (numpy, float32): where they are many, as of a picture."""
        self.segments.append(Segment(tensor, fill, as_array=True))


class Readback:
    """One copy of all segments to the host, in float32. Segments elsewhere go to the first one's device before."""

    def __init__(self, torch: Any, segments: Sequence[Segment]) -> None:
        segments = sorted(segments, key=lambda s: s.as_array)  # all the short ones become one list of numbers
        self._takers = [(s.fill, s.tensor.numel(), s.as_array) for s in segments]
        with torch.no_grad():
            devices = [s.tensor.device for s in segments]
            device = next((d for d in devices if d.type != "cpu"), devices[0])  # to the host goes only the whole
            flat = torch.cat(
                [t.reshape(-1).to(device, torch.float32, non_blocking=True) for t in _stacked(torch, segments)]
            )
            self._event = None
            if device.type == "cuda":
                host = torch.empty(flat.shape, dtype=torch.float32, device="cpu", pin_memory=True)
                host.copy_(flat, non_blocking=True)
                self._event = torch.cuda.Event()
                self._event.record(torch.cuda.current_stream(device))
                flat = host
            elif device.type != "cpu":
                flat = flat.cpu()
            self._values = flat

    def ready(self) -> bool:
        """Whether the numbers have arrived."""
        return self._event is None or bool(self._event.query())

    def deliver(self) -> None:
        """Hand each segment's numbers to its function, waiting for the copy if it is still under way."""
        if self._event is not None:
            self._event.synchronize()
        values = self._values[: sum(size for _, size, as_array in self._takers if not as_array)].tolist()
        start = 0
        for fill, size, as_array in self._takers:
            fill(self._values[start : start + size].numpy() if as_array else values[start : start + size])
            start += size


def _stacked(torch: Any, segments: Sequence[Segment]) -> Iterator[Any]:
    """The tensors, single numbers that follow one another (a loss of each step) as one."""
    for alike, run in groupby(segments, lambda s: (s.tensor.dtype, s.tensor.device) if s.tensor.dim() == 0 else None):
        tensors = [s.tensor.detach() for s in run]
        yield from tensors if alike is None else [torch.stack(tensors)]


def rounded(value: float) -> float:
    """A float32 as a short decimal: seven significant digits."""
    return float(f"{value:.7g}")
