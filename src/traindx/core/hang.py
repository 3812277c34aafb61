"""A hang as it was found from outside: no step for long, the stacks stand still, and where each process stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, TypeAlias

from traindx.core.finding import Finding, Place, Table

if TYPE_CHECKING:
    from traindx.core.recording import Recording

Frame: TypeAlias = tuple[str, int, str]
"""Path, line and name of a function."""

COLLECTIVES = ("all_", "barrier", "broadcast", "reduce", "gather", "scatter", "recv", "send", "monitored_barrier")
"""How the names of collective calls begin."""
NEXT = ("_try_get_data", "_get_data", "_next_data")
WAITING = ("threading.py", "queues.py", "connection.py", "popen_fork.py", "selectors.py", "subprocess.py", "socket.py")
"""Files of the standard library in which a process waits for another."""
NEAR = 10
"""Innermost frames in which it is looked for what a process waits for."""


@dataclass(frozen=True)
class Hung:
    """A process of a hanging run: `at` is the user's own line in the main thread's stack (innermost call first), None where
    there is none; `files` are those it has open for reading; `why` says why there is no stack."""

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
    def waits_for_ranks(self) -> bool:
        """Whether it stands in a collective call, or in a backward pass while there are other ranks (DDP averages there)."""
        return self._collective != "" or (self.rank is not None and self._is_in("_engine_run_backward"))

    @property
    def waits_for_batch(self) -> bool:
        """Whether it stands in a loader's `next`."""
        return any(p.endswith("utils/data/dataloader.py") and n in NEXT for p, _, n in self.stack[:NEAR])

    @property
    def words(self) -> str:
        """What it does, as a clause: "waits for a batch at train.py:20"."""
        if not self.stack:
            return f"is not seen ({self.why})" if self.why else "is not seen"
        where = f" at {self.place}"
        if self.waits_for_ranks:
            return f"waits for other ranks in {self._collective or 'the backward pass'}{where}"
        if self.waits_for_batch:
            return f"waits for a batch{where}"
        if self.is_idle:
            return "waits for an order of its loader"
        if self._is_in("_engine_run_backward"):
            return f"stands in the backward pass{where}"
        path, _, name = self.stack[0]
        if PurePath(path).name in WAITING:
            return f"waits in {PurePath(path).stem}.{name}{where}"
        return f"stands{where}"

    @property
    def _collective(self) -> str:
        near = (name for path, _, name in self.stack[:NEAR] if "/distributed/" in path)
        return next((name for name in near if name.startswith(COLLECTIVES)), "")

    def _is_in(self, function: str) -> bool:
        return any(name == function for _, _, name in self.stack[:NEAR])


@dataclass(frozen=True)
class Hang:
    """No step for `waited` seconds; `steps` is the last step of each rank, `processes` are parents before their children;
    `over`: the training went on later."""

    waited: float
    steps: Mapping[int, int]
    processes: tuple[Hung, ...]
    over: bool = False

    @property
    def trainers(self) -> tuple[Hung, ...]:
        """The processes that train."""
        return tuple(p for p in self.processes if p.role == "training" or p.role.startswith("rank"))

    @property
    def culprits(self) -> tuple[Hung, ...]:
        """The processes that the others wait for: ranks that do not wait for ranks, and of these that wait for a batch, the
        workers that read one; all that train where nobody waits for another."""
        late = [p for p in self.trainers if not p.waits_for_ranks] or list(self.trainers)
        if any(p.waits_for_batch for p in late):
            workers = [p for p in self.processes if p.role.startswith("loader worker") and not p.is_idle]
            late = workers or late
        return tuple(late)

    @property
    def is_certain(self) -> bool:
        """Whether a process waits for another that does not come; one alone may sleep, or send a file, for its own reasons."""
        return not self.over and any(p.waits_for_ranks or p.waits_for_batch for p in self.trainers)

    @property
    def words(self) -> str:
        """All of it in one sentence."""
        others = tuple(p for p in self.culprits if p not in self.trainers)
        parts = [f"{p.role} {p.words}" for p in (*self.trainers, *others)]
        parts += [f"with {PurePath(f).name} open" for p in self.culprits[:1] for f in p.files[:1]]
        if len(set(self.steps.values())) > 1:
            parts.append("steps: " + ", ".join(f"rank {rank} {step}" for rank, step in sorted(self.steps.items())))
        later = " (it went on later)" if self.over else ""
        return f"no step for {self.waited:.0f} s{later}: " + "; ".join(parts or ["no process of the training is seen"])


def hang_finding(hang: Hang) -> Finding:
    """What a check says of a hang: the user's line in the process that others wait for, with the stacks."""
    culprits = hang.culprits
    at, rank = (culprits[0].at, culprits[0].rank) if culprits else (None, None)
    step = max(hang.steps.values(), default=None)
    place = Place(path=at[0], line=at[1], step=step, rank=rank) if at else Place(step=step, rank=rank)
    return Finding(place, hang.words, tuple(_table(process) for process in culprits[:4]))


def _table(process: Hung) -> Table:
    frames = tuple((f"{path}:{line} in {name}",) for path, line, name in process.stack[:12])
    return Table(f"{process.role} (process {process.pid}), innermost call first", ("frame",), frames)


def hangs_of(recording: Recording) -> tuple[Hang, ...]:
    """The hangs that were found while a training was recorded, in order."""
    over = len(recording.lines.get("hang_over", ()))
    return tuple(hang_from(line, over=i < over) for i, line in enumerate(recording.lines.get("hang", ())))


def hang_from(line: Mapping[str, Any], *, over: bool = False) -> Hang:
    """A hang from its line in the recording."""
    return Hang(
        waited=float(line["waited"]),
        steps={int(rank): int(step) for rank, step in line.get("steps", {}).items()},
        processes=tuple(_hung(p) for p in line.get("processes", ())),
        over=over,
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
