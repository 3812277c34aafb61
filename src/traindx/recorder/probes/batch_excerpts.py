"""A few numbers of each step's inputs, kept for a while: what a step that turned out odd was given, against the others."""

from __future__ import annotations

from collections import deque
from typing import Any

from traindx.recorder import measure
from traindx.recorder.probe import Arguments, Named, Probe
from traindx.recorder.readback import Slots, rounded

NUMBERS, REMEMBERED, OTHERS, ODD = 512, 512, 64, 8
"""Numbers of a batch, evenly spread; steps that are remembered (a loss is judged up to half a second after its step); steps
before an odd one that it is compared with; and odd steps of which a line is written."""


class BatchExcerpts(Probe):
    """Writes `odd_inputs` lines: `why`, `min`, `max`, `mean` and `std` of a part of an odd step's inputs, and `others` {mean, std},
    each the least, median and largest of up to 64 steps before it.

    A step costs one small copy on its device; the statistics are made once a step turned out odd.
    """

    def __init__(self, seen: Any) -> None:
        super().__init__(seen)
        self._kept: deque[tuple[int, Any]] = deque(maxlen=REMEMBERED)
        self._written = 0

    def forward(self, module: Any, arguments: Arguments, named: Named) -> None:
        """The root is called: of the step's first batch keep a few numbers."""
        number, torch = self.seen.current.number, self.seen.torch
        if self._written >= ODD or (self._kept and self._kept[-1][0] == number):
            return
        tensor: Any = arguments[0] if arguments else None
        if not measure.readable(torch, tensor) or tensor.dim() < 3:  # else it is the picture, as most often
            tensor = measure.first_plain(torch, [*arguments, dict(named)])
            if tensor is None or not measure.readable(torch, tensor):
                return
        if not (tensor.is_floating_point() or tensor.dtype == torch.uint8):
            return
        many = tensor.numel()
        if many >= NUMBERS and (tensor.is_contiguous() or _is_dense(torch, tensor)):
            stride = max(1, many // NUMBERS - 1) | 1  # odd: an even one would always meet the same columns
            length = min(NUMBERS, 1 + (many - 1) // stride)
            source = tensor.detach() if tensor.requires_grad else tensor
            self._kept.append((number, source.as_strided((length,), (stride,)).clone()))

    def anomaly(self, step: int, what: str) -> None:
        """A step turned out odd: compare what it was given with the steps before it."""
        odd = next((part for number, part in self._kept if number == step), None)
        before = [p for number, p in self._kept if number < step][-OTHERS:]
        if odd is None or self._written >= ODD or len(before) < 8:
            return
        alike = [p for p in before if p.device == odd.device and p.dtype == odd.dtype]
        self._written += 1
        torch = self.seen.torch
        with torch.no_grad():
            rows = torch.stack([odd, *alike]).float()
            variance, mean = torch.var_mean(rows, dim=1)
            vector = torch.cat([*(v.reshape(1) for v in torch.aminmax(rows[0])), mean, variance.sqrt()])
        line: dict[str, Any] = {"kind": "odd_inputs", "step": step, "why": what}
        slots = Slots()
        slots.add(vector, self.contained(lambda values: line.update(_compared(values))))
        self.seen.journal.add_line(slots, line)


def _is_dense(torch: Any, tensor: Any) -> bool:
    """Whether the numbers lie in memory one after the other, in whatever order."""
    return bool(
        tensor.is_contiguous() or (tensor.dim() == 4 and tensor.is_contiguous(memory_format=torch.channels_last))
    )


def _compared(values: list[float]) -> dict[str, Any]:
    half = (len(values) - 2) // 2
    means, deviations = values[2 : 2 + half], values[2 + half :]
    own = {"min": values[0], "max": values[1], "mean": means[0], "std": deviations[0]}
    others = {"mean": _range(means[1:]), "std": _range(deviations[1:])}
    return {**{name: rounded(value) for name, value in own.items()}, "others": others}


def _range(values: list[float]) -> list[float]:
    ordered = sorted(values)
    return [rounded(v) for v in (ordered[0], ordered[len(ordered) // 2], ordered[-1])] if ordered else []
