"""A hang as it was found from outside: no step for long, the stacks stand still, and where each process stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from traindx.core.recording import Recording

Frame: TypeAlias = tuple[str, int, str]
"""Path, line and name of a function."""

COLLECTIVES = (
    "all_reduce",
    "all_gather",
    "barrier",
    "broadcast",
    "reduce_scatter",
    "reduce",
    "gather",
    "scatter",
    "recv",
)
STEADY = ("send", "wait", "monitored_barrier", "all_to_all")
LOCKS = ("acquire", "wait", "join", "_wait_for_tstate_lock", "get", "put", "poll", "select")
NEAR = 10
"""Innermost frames in which it is looked for what a process waits for."""


@dataclass(frozen=True)
class Hung:
    """A process of a hanging run: `at` is the user's own line in the main thread's stack (innermost call first), None where
    there is none; `files` are the regular files that it has open; `why` says why there is no stack."""

    pid: int
    role: str
    rank: int | None
    stack: tuple[Frame, ...]
    at: tuple[str, int] | None
    files: tuple[str, ...]
    why: str = ""

    @property
    def is_idle(self) -> bool:
        """Whether it is a loader's worker that waits for an order: others hang, not this one."""
        names = [name for _, _, name in self.stack]
        return "_worker_loop" in names and "fetch" not in names

    @property
    def place(self) -> str:
        """The user's own line as `path:line`, else the innermost one; empty where nothing is known."""
        if self.at is not None:
            return f"{self.at[0]}:{self.at[1]}"
        return f"{self.stack[0][0]}:{self.stack[0][1]}" if self.stack else ""

    @property
    def words(self) -> str:
        """What it does, as a clause: "waits for a batch at train.py:20"."""
        if not self.stack:
            return f"is not seen ({self.why})" if self.why else "is not seen"
        where = f" at {self.place}"
        near = self.stack[:NEAR]
        collective = next(
            (n for p, _, n in near if "/distributed/" in p and n.startswith((*COLLECTIVES, *STEADY))), None
        )
        if collective is not None:
            return f"waits for other ranks in {collective}{where}"
        if any(
            p.endswith("utils/data/dataloader.py") and n in ("_try_get_data", "_get_data", "_next_data")
            for p, _, n in near
        ):
            return f"waits for a batch{where}"
        if self.is_idle:
            return "waits for an order of its loader"
        if any(n == "_engine_run_backward" for _, _, n in near):
            return f"is in the backward pass{where}"
        name = near[0][2]
        if name in LOCKS and PurePath(near[0][0]).name in (
            "threading.py",
            "queues.py",
            "connection.py",
            "popen_fork.py",
            "selectors.py",
        ):
            return f"waits in {name} of {PurePath(near[0][0]).stem}{where}"
        return f"is in {self._own_name()}{where}"

    def _own_name(self) -> str:
        own = next(
            (n for p, line, n in self.stack if self.at is not None and line == self.at[1] and p.endswith(self.at[0])),
            "",
        )
        return own or self.stack[0][2]


@dataclass(frozen=True)
class Hang:
    """No step for `waited` seconds; `steps` is the last step of each rank, `processes` are parents before their children."""

    waited: float
    steps: Mapping[int, int]
    processes: tuple[Hung, ...]

    @property
    def culprits(self) -> tuple[Hung, ...]:
        """The processes that something waits for: those in the user's code where others wait for them, else all trainers."""
        trainers = [p for p in self.processes if p.role == "training" or p.role.startswith("rank")]
        workers = [p for p in self.processes if p.role.startswith("loader worker") and not p.is_idle]
        if any("waits for a batch" in p.words for p in trainers) and workers:
            return tuple(workers)
        busy = [p for p in trainers if "waits for other ranks" not in p.words]
        return tuple(busy or trainers)

    @property
    def words(self) -> str:
        """All of it in one sentence."""
        trainers = [p for p in self.processes if p.role == "training" or p.role.startswith("rank")]
        parts = [f"{p.role} {p.words}" for p in (*trainers, *(c for c in self.culprits if c not in trainers))]
        parts += [f"with {PurePath(f).name} open" for c in self.culprits[:1] for f in _data(c.files)[:1]]
        if len(set(self.steps.values())) > 1:
            parts.append(
                "steps done: " + ", ".join(f"rank {rank} {step + 1}" for rank, step in sorted(self.steps.items()))
            )
        return f"no step for {self.waited:.0f} s: " + "; ".join(parts or ["no process of the training is seen"])


def hangs_of(recording: Recording) -> tuple[Hang, ...]:
    """The hangs that were found while a training was recorded, in order."""
    return tuple(hang_from(line) for line in recording.lines.get("hang", ()))


def hang_from(line: Mapping[str, Any]) -> Hang:
    """A hang from its line in the recording."""
    return Hang(
        waited=float(line["waited"]),
        steps={int(rank): int(step) for rank, step in line.get("steps", {}).items()},
        processes=tuple(_hung(p) for p in line.get("processes", ())),
    )


def _hung(process: Mapping[str, Any]) -> Hung:
    at = process.get("at")
    return Hung(
        pid=int(process["pid"]),
        role=str(process["role"]),
        rank=process.get("rank"),
        stack=tuple((str(p), int(line), str(n)) for p, line, n in process.get("stack", ())),
        at=(str(at[0]), int(at[1])) if at else None,
        files=tuple(map(str, process.get("files", ()))),
        why=str(process.get("why", "")),
    )


def _data(files: Sequence[str]) -> list[str]:
    """Open files that may be data: not the logs and streams that a process keeps open."""
    return [
        f
        for f in files
        if not f.endswith((".jsonl", ".txt", ".log", ".csv", ".py", ".so", ".pyc")) and "tfevents" not in f
    ]
