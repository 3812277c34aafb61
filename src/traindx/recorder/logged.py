"""What frameworks log, as lines of the recording: metrics by name, and epochs by number. Nothing is sent anywhere."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from traindx.recorder import measure
from traindx.recorder.contents import is_a, mapping, word
from traindx.recorder.readback import Slots, rounded
from traindx.recorder.thinning import Count, Thinning

if TYPE_CHECKING:
    from traindx.recorder.observation import Observation

MOST_NAMES = 200
LONGEST_NAME = 120
IN_FULL = 1000
"""Lines of one name that are all written: of 200 names that are told a million times each, 160,000 lines of some 120 bytes."""
MOST_WAITING = 500
"""Numbers on a device that wait for the next readback."""
AXES = ("epoch", "step", "global_step", "trainer/global_step")
"""Names under which loggers are told where they are, not what they measured."""

SAMPLER = "sampler"
"""The teller of epochs that may be the validation set's: it tells news only."""


@dataclass
class _Told(Count):
    """A metric, as it was told last."""

    step: int = -1
    value: float = math.nan
    source: str = ""


class Logged:
    """Writes `metric` lines and `epoch` events: `seen` is the observation, which holds this."""

    def __init__(self, seen: Observation) -> None:
        self._seen = seen
        self._names: dict[str, _Told] = {}
        self._epochs, self._thinning = Count(), Thinning(IN_FULL)
        self._waiting = 0
        self._epoch: tuple[int, int, str] | None = None

    def metrics(self, values: Any, source: str, *, epoch: Any = None, at: Any = None) -> None:
        """Write the numbers among `values` (a mapping, nested at most once), each under its name.

        `source` is who was told them; `epoch` the epoch that it names, counted as it counts; `at` the place on the axis that
        the caller gave. What is no single number is left out; one on a device is read with the next recorded step.
        """
        for name, value in _flat(values):
            self._metric(name, value, source, epoch, at)

    def epoch(self, number: Any, source: str) -> None:
        """Write that an epoch begins: once, where a sampler and a framework say it both, or two samplers."""
        step, number = self._seen.now_at, int(number)
        last, at, teller = self._epoch or (-1, -1, "")
        if number == last and (step == at or source != teller or source == SAMPLER):
            return
        self._epoch = (number, step, source)
        if self._thinning.is_due(self._epochs):
            self._seen.journal.event("epoch", step, number=number, source=source)

    def _metric(self, name: str, value: Any, source: str, epoch: Any, at: Any) -> None:
        if name in AXES or (name not in self._names and len(self._names) >= MOST_NAMES):
            return
        torch, step = self._seen.torch, self._seen.now_at
        on_device = is_a(value, torch.Tensor) and value.device.type != "cpu"
        number = None if on_device else _number(torch, value)
        if number is None and not (on_device and self._may_wait(value)):
            return
        known = self._names.setdefault(name, _Told())
        again = number is not None and (step, number) == (known.step, known.value) and source != known.source
        if again or not self._thinning.is_due(known):
            return
        known.step, known.value, known.source = step, math.nan if number is None else number, source
        self._write(name, number, value, source, epoch, at)

    def _write(self, name: str, number: float | None, value: Any, source: str, epoch: Any, at: Any) -> None:
        seen = self._seen
        line: dict[str, Any] = {"kind": "metric", "step": seen.now_at, "time": round(seen.journal.now, 6)}
        line |= {"name": name, "value": number, "source": source}
        for key, given in (("epoch", epoch), ("at", at)):
            found = _number(seen.torch, given)
            if found is not None and math.isfinite(found):
                line[key] = int(found) if found.is_integer() else round(found, 6)
        if seen.validation.batches:
            line["validating"] = True
        if number is not None:
            seen.journal.write(line)
            return
        slots = Slots()
        slots.add(value.detach().clone(), functools.partial(self._arrived, line))
        seen.journal.add_line(slots, line)
        self._waiting += 1

    def _arrived(self, line: dict[str, Any], values: list[float]) -> None:
        line["value"] = rounded(values[0])
        self._waiting -= 1

    def _may_wait(self, value: Any) -> bool:
        """Whether a number on a device may be copied there now: in a recorded step, or outside of training steps."""
        torch = self._seen.torch
        wanted = self._seen.current.recorded or not torch.is_grad_enabled()
        return wanted and self._waiting < MOST_WAITING and value.numel() == 1 and measure.readable(torch, value)


def _flat(values: Any) -> Iterator[tuple[str, Any]]:
    """Names and values of a mapping; those of a mapping inside it are named after both."""
    for name, value in (mapping(values) or {}).items():
        held = mapping(value)
        if held is None:
            yield word(name)[:LONGEST_NAME], value
        else:
            yield from ((f"{word(name)}/{word(inner)}"[:LONGEST_NAME], v) for inner, v in held.items())


def _number(torch: Any, value: Any) -> float | None:
    """A number that lies on the host; None for anything else."""
    if type(value) is bool:
        return None
    if is_a(value, (int, float)):  # of a class of the user's own too: as Python stores it
        return rounded(float.__float__(value) if is_a(value, float) else float(int.__int__(value)))
    if is_a(value, torch.Tensor):
        single = value.device.type == "cpu" and value.numel() == 1 and measure.readable(torch, value)
        return rounded(float(value.detach())) if single and not value.is_complex() else None
    is_numpy = type(value).__module__ == "numpy" and getattr(value, "size", 0) == 1
    return rounded(float(value)) if is_numpy and value.dtype.kind in "iuf" else None
