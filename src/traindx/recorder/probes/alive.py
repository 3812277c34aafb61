"""A sign of life where no step is made: while validation goes on, so that it is not taken for a hang."""

from __future__ import annotations

from typing import Any

from traindx.recorder.probe import Arguments, Named, Probe

EVERY = 10.0
"""Seconds between two signs: three days of validation make some 26,000 lines of 60 bytes."""


class Alive(Probe):
    """Writes `alive` lines: time, and how many forward passes without gradients there were so far."""

    def __init__(self, seen: Any) -> None:
        super().__init__(seen)
        self._count, self._last = 0, 0.0

    def validation_forward(self, module: Any, arguments: Arguments, named: Named) -> None:
        """The model is called without gradients."""
        self._count += 1
        now = self.seen.journal.now
        if now - self._last >= EVERY and self.seen.journal.is_open:
            self._last = now
            self.seen.journal.write({"kind": "alive", "time": round(now, 3), "validations": self._count})
