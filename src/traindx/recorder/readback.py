"""Numbers on their way from the device: many small tensors become one, and one copy brings them all back.

On CUDA the copy goes into pinned memory behind the work already queued, and is looked at once it has arrived:
the training never waits for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

Fill: TypeAlias = Callable[[list[float]], None]


class Slots:
    """Tensors to be read back, each with the function that takes its numbers (in the tensor's order, flattened)."""

    def __init__(self) -> None:
        self.segments: list[tuple[Any, Fill]] = []

    def add(self, tensor: Any, fill: Fill) -> None:
        """Have `fill` called with the numbers of `tensor` once they are on the host."""
        self.segments.append((tensor, fill))


class Readback:
    """One copy of all segments to the host, in float32. Segments on several devices go to the first one's first."""

    def __init__(self, torch: Any, segments: Sequence[tuple[Any, Fill]]) -> None:
        self._fills = [fill for _, fill in segments]
        self._sizes = [tensor.numel() for tensor, _ in segments]
        with torch.no_grad():
            device = segments[0][0].device
            flat = torch.cat(
                [t.detach().reshape(-1).to(device=device, dtype=torch.float32, non_blocking=True) for t, _ in segments]
            )
            self._event = None
            if device.type == "cuda":
                host = torch.empty(flat.shape, dtype=torch.float32, device="cpu", pin_memory=True)
                host.copy_(flat, non_blocking=True)
                self._event = torch.cuda.Event()
                self._event.record(torch.cuda.current_stream(device))
                flat = host
            self._values = flat

    def ready(self) -> bool:
        """Whether the numbers have arrived."""
        return self._event is None or bool(self._event.query())

    def deliver(self) -> None:
        """Hand each segment's numbers to its function, waiting for the copy if it is still under way."""
        if self._event is not None:
            self._event.synchronize()
        values = self._values.tolist()
        start = 0
        for size, fill in zip(self._sizes, self._fills, strict=True):
            fill(values[start : start + size])
            start += size


def rounded(value: float) -> float:
    """A float32 as a short decimal: seven significant digits."""
    return float(f"{value:.7g}")
