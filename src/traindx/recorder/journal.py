"""What becomes of observed steps: their numbers are read back together, judged for anomalies, and written as lines."""

from __future__ import annotations

import math
import os
import platform
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from traindx.recorder.readback import Readback, Slots
from traindx.recorder.schedule import Jumps, Schedule, light_stride
from traindx.recorder.step import Step
from traindx.recorder.writer import Lost, Writer

SCHEMA = 1
EVERY = 0.5
"""Seconds after which what is pending is written: a kill is to lose a second at most, a step's own time among it."""


class Journal:
    """Keeps what is not yet written. The file is made by `open`; lines that come before wait for it."""

    def __init__(self, torch: Any, folder: Path, schedule: Schedule) -> None:
        self._torch, self.folder, self._schedule = torch, folder, schedule
        self.started = time.perf_counter()
        self._writer: Writer | None = None
        self._early: list[Mapping[str, Any]] = []
        self._steps: list[Step] = []
        self._lines: list[tuple[Slots, dict[str, Any]]] = []
        self._under_way: deque[tuple[Readback | None, list[Step], list[dict[str, Any]]]] = deque()
        self._jumps = Jumps()
        self._was_finite = True
        self._flushed = 0.0
        self.is_open = False
        self.anomaly: Callable[[int, str], None] = lambda step, what: None

    @property
    def name(self) -> str:
        """The name of the file of this process without its ending, `rank-0`; empty before it is made."""
        return "" if self._writer is None else self._writer.path.stem

    @property
    def now(self) -> float:
        """Seconds since the recorder started."""
        return time.perf_counter() - self.started

    def open(self) -> None:
        """Make the file of this process and write what waited for it."""
        if self._writer is None:
            rank = _rank(self._torch)
            self._writer, self.is_open = Writer(self.folder, rank), True
            self._writer.write(self._start(rank), *self._early)
            self._early = []

    def write(self, *lines: Mapping[str, Any]) -> None:
        """Write lines now, or when the file is made."""
        if self._writer is None:
            self._early += lines
        else:
            self._writer.write(*lines)

    def event(self, event: str, step: int, **fields: Any) -> None:
        """Write an event."""
        self.write({"kind": "event", "event": event, "step": step, "time": round(self.now, 6), **fields})

    def add(self, step: Step, now: float) -> bool:
        """Take a finished step; it is read back with the next recorded one, or after half a second. Whether that is now."""
        self._steps.append(step)
        flushes = step.recorded or now - self._flushed > EVERY
        if flushes:
            self.flush()
        elif self._under_way:
            self._drain(wait=False)
        return flushes

    def add_line(self, slots: Slots, line: dict[str, Any]) -> None:
        """Take a line whose numbers are still on the device."""
        self._lines.append((slots, line))

    def flush(self, *, wait: bool = False) -> None:
        """Start reading back all that is pending; with `wait`, write it before returning."""
        segments = [s for step in self._steps for s in step.segments(self._torch)]
        segments += [s for slots, _ in self._lines for s in slots.segments]
        if self._steps or self._lines:
            readback = Readback(self._torch, segments) if segments else None
            self._under_way.append((readback, self._steps, [line for _, line in self._lines]))
            self._steps, self._lines = [], []
        self._flushed = self.now
        self._drain(wait=wait)

    def close(self, steps: int, cost: float) -> None:
        """Write the last line and close the file; lines that an anomaly in the last steps has added are read back before."""
        if self._lines:
            self.flush(wait=True)
        if self._writer is not None:
            end = {"kind": "end", "time": round(self.now, 6), "steps": steps, "cost": round(cost, 6)}
            self._writer.write(end)
            self._writer.close()

    def abandon(self) -> None:
        """Let go of the file without writing: it belongs to the process this one was forked from."""
        if self._writer is not None:
            with suppress(Lost):  # the program closed it already
                self._writer.close()

    def _drain(self, *, wait: bool) -> None:
        while self._under_way and (wait or self._under_way[0][0] is None or self._under_way[0][0].ready()):
            readback, steps, lines = self._under_way.popleft()
            if readback is not None:
                readback.deliver()
            written = [line for step in steps if (line := self._judged(step)) is not None]
            self.write(*written, *lines)

    def _judged(self, step: Step) -> dict[str, Any] | None:
        line, finite = step.line(), step.finite
        jump = step.loss is not None and self._jumps.is_jump(step.loss)
        if not finite and self._was_finite:
            self.event("nonfinite", step.number, what="loss", value=step.loss)
            self.anomaly(step.number, "loss")
        elif (
            finite
            and step.recorded
            and not math.isfinite(line.get("grad_norm") or 0.0)
            and not line.get("scaler", {}).get("found_inf")
        ):
            self.event("nonfinite", step.number, what="gradient", value=line["grad_norm"])
            self.anomaly(step.number, "gradient")
        elif jump:
            self.anomaly(step.number, "jump")
        odd = jump or (self._was_finite and not finite)
        self._was_finite = finite
        if odd:
            self._schedule.alarm(step.number)
        return line if step.recorded or odd or step.number % light_stride(step.number) == 0 else None

    def _start(self, rank: int) -> dict[str, Any]:
        torch = self._torch
        return {
            "kind": "start",
            "schema": SCHEMA,
            "rank": rank,
            "world_size": world_size(torch),
            "pid": os.getpid(),
            "argv": list(getattr(sys, "orig_argv", sys.argv)),
            "python": platform.python_version(),
            "torch": str(torch.__version__),
            "device": _device(torch),
            "time": time.time() - self.now,
        }


def world_size(torch: Any) -> int:
    """How many processes train together: as the process group says, or else the launcher."""
    distributed = torch.distributed
    if distributed.is_available() and distributed.is_initialized():
        return int(distributed.get_world_size())
    return int(os.environ.get("WORLD_SIZE") or 1)


def _rank(torch: Any) -> int:
    distributed = torch.distributed
    if distributed.is_available() and distributed.is_initialized():
        return int(distributed.get_rank())
    return int(os.environ.get("RANK") or 0)


def _device(torch: Any) -> str:
    """The device in words; a CUDA device is named only where the process has started to use it."""
    if torch.cuda.is_available() and torch.cuda.is_initialized():
        return str(torch.cuda.get_device_name())
    mps = getattr(torch.backends, "mps", None)
    return "mps" if mps is not None and mps.is_available() else "cpu"
