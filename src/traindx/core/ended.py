"""How the command of a recording ended: its signal, and what is known of memory at that moment."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from traindx.core.resources import Resources, resources_of

if TYPE_CHECKING:
    from traindx.core.recording import Recording

SIGNALS = {
    1: "SIGHUP",
    2: "SIGINT",
    4: "SIGILL",
    6: "SIGABRT",
    7: "SIGBUS",
    8: "SIGFPE",
    9: "SIGKILL",
    11: "SIGSEGV",
    15: "SIGTERM",
}
FULL = 0.93
"""Share of the memory in use at the last look (at most a second before the end) from which a kill is taken for the kernel's
answer to it: a guess."""


@dataclass(frozen=True)
class Ended:
    """`status` as a shell has it, None of a command that was not launched by traindx or has not ended; `signal` is its name."""

    status: int | None
    signal: str | None
    memory: Memory

    @property
    def is_failure(self) -> bool:
        """Whether the status says so, other than by an interrupt from the keyboard."""
        return self.status not in (None, 0) and self.signal != "SIGINT"


@dataclass(frozen=True)
class Memory:
    """Host memory at the last look: bytes `used` of `limit` (of the container, else of the machine), and how many processes the
    kernel had killed for memory since the start (`oom_kills`)."""

    used: float
    limit: float
    oom_kills: int

    @property
    def share(self) -> float:
        """Share of the limit in use; nan where it is not known."""
        return self.used / self.limit if self.limit else math.nan

    @property
    def was_full(self) -> bool:
        """Whether it was used up, or processes were killed for it."""
        return self.oom_kills > 0 or self.share >= FULL

    def __str__(self) -> str:
        if self.oom_kills:
            return f"the kernel killed {self.oom_kills} processes for memory"
        if math.isnan(self.share):
            return "how much memory was in use is not known"
        return f"{self.used / 2**30:.1f} of {self.limit / 2**30:.1f} GiB of memory were in use ({self.share:.0%})"


def ended_of(recording: Recording) -> Ended:
    """How the command of a recording ended."""
    status = recording.run.get("exit_status")
    number = recording.run.get("signal") or (status - 128 if status is not None and 128 < status < 160 else None)
    return Ended(status, None if number is None else SIGNALS.get(int(number), f"signal {number}"), _memory(recording))


def _memory(recording: Recording) -> Memory:
    every = [resources_of(one) for one in (recording, *recording.ranks)]
    kills = int(recording.run.get("oom_kills") or max(_rise(r, "oom_kills") for r in every))
    own = every[0]
    limit, total = own.machine.get("memory_limit"), own.machine.get("memory")
    if limit and (not total or limit < total):
        return Memory(_last(own, "cgroup"), float(limit), kills)
    if total:
        return Memory(float(total) - _last(own, "available"), float(total), kills)
    return Memory(math.nan, math.nan, kills)


def _last(resources: Resources, name: str) -> float:
    values: Any = resources.columns.get(name)
    known = [] if values is None else [v for v in values if not math.isnan(v)]
    return float(known[-1]) if known else math.nan


def _rise(resources: Resources, name: str) -> int:
    values: Any = resources.columns.get(name)
    known = [] if values is None else [v for v in values if not math.isnan(v)]
    return int(known[-1] - known[0]) if known else 0
