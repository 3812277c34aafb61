"""Finds that a recorded command hangs: nothing written for long, and the stacks of its processes stand still."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from traindx.core.hang import Hang, hang_from
from traindx.core.live import Live
from traindx.recorder.answer import DUMP
from traindx.recorder.source import Frames
from traindx.recorder.stacks import Doing, look

LOOKS = 3
APART = 5.0
"""Looks at the processes, and seconds between them. A guess: a batch that is read over a slow network takes less."""
IDLE_CPU = 0.1
IDLE_SWITCHES = 20.0
"""Share of a core, and times of going to sleep a second, under which a process waits and does not work. Both are guesses: a
process that waits for another does not wake up, a loader's `next` does every five seconds, a loop that polls does more often."""
DEEPEST = 60
WATCHED = "watch.jsonl"
"""File in the recording's folder that holds what was seen of the command from outside."""


class HangWatch:
    """Looks at a command from outside. `timeout` in seconds: what may pass without a line being written.

    A training hangs if in all looks every process that trains stands in one place, idle or waiting for other ranks, and its
    loader's workers too where it waits for a batch. One that works is looked at again after twice the time.
    """

    def __init__(self, folder: Path, timeout: float, cwd: Path) -> None:
        self._folder, self._timeout, self._cwd = folder, timeout, cwd
        self._wait = timeout
        self._written, self._since = -1, time.monotonic()
        self._looks: list[tuple[float, list[Doing]]] = []
        self._told: Live | None = None

    def look(self, pid: int, live: Live) -> Hang | None:
        """Look at the command whose process is `pid`; the hang, once, when there is one."""
        now = time.monotonic()
        if live.written != self._written:
            self._written, self._since, self._wait = live.written, now, self._timeout
            self._looks = []
            self._go_on(live)
            return None
        if (
            self._told is not None
            or now - self._since < self._wait
            or (self._looks and now - self._looks[-1][0] < APART)
        ):
            return None
        self._looks.append((now, look(pid, self._folder)))
        if len(self._looks) > 1 and not stand(*self._looks[-2], *self._looks[-1]):
            self._wait, self._looks = 2 * (now - self._since), []
            return None
        if len(self._looks) < LOOKS:
            return None
        self._told = live
        line = hang_line(self._looks[-1][1], now - self._since, live.ranks, self._cwd)
        self._looks = []
        write(self._folder, line)
        return hang_from(line)

    def _go_on(self, live: Live) -> None:
        """Note that a training which hung goes on: by more than the one step that a process writes when it is ended."""
        if self._told is not None and (live.step or 0) > (self._told.step or 0) + 1:
            write(self._folder, {"kind": "hang_over", "time": time.time()})
            self._told = None


def stand(then: float, before: Sequence[Doing], now: float, after: Sequence[Doing]) -> bool:
    """Whether a training stands still between two looks, at the times `then` and `now` in seconds."""
    earlier = {doing.pid: doing for doing in before}
    hang = hang_from(hang_line(after, 0.0, {}, Path()))
    waiting = {p.pid for p in hang.processes if p.waits_for_ranks}
    needed = {p.pid for p in (*hang.trainers, *hang.culprits)}
    judged = [doing for doing in after if doing.pid in needed]
    return bool(judged) and all(
        doing.pid in earlier and _stands(earlier[doing.pid], doing, now - then, doing.pid in waiting)
        for doing in judged
    )


def _stands(before: Doing, after: Doing, seconds: float, waits_for_ranks: bool) -> bool:
    if not after.main or after.main != before.main:
        return False
    idle = after.cpu - before.cpu < IDLE_CPU * seconds and after.switches - before.switches < IDLE_SWITCHES * seconds
    return idle or waits_for_ranks  # a collective call may spin while it waits


def hang_line(doing: Sequence[Doing], waited: float, steps: Mapping[int, int], cwd: Path) -> dict[str, Any]:
    """The `hang` line of a recording. Paths of the user's own lines are relative to `cwd`."""
    frames = Frames(cwd=str(cwd), torch="/torch/")
    return {
        "kind": "hang",
        "time": time.time(),
        "waited": round(waited, 1),
        "steps": {str(rank): step for rank, step in steps.items()},
        "processes": [_process(one, frames) for one in doing if one.role != "resource tracker"],
    }


def write(folder: Path, line: Mapping[str, Any]) -> None:
    """Append a line to what was seen from outside, and let go of the raw stacks that it was made of."""
    with (folder / WATCHED).open("a", encoding="utf-8") as file:
        file.write(json.dumps(line, separators=(",", ":")) + "\n")
    dump = folder / DUMP
    if dump.exists():
        dump.write_text("")


def _process(doing: Doing, frames: Frames) -> dict[str, Any]:
    own = next((f for f in doing.main if frames.is_user(f.path)), None)
    return {
        "pid": doing.pid,
        "role": doing.role,
        "rank": doing.rank,
        "command": doing.command,
        "at": None if own is None else [frames.place(own.path), own.line],
        "stack": [[f.path, f.line, f.name] for f in doing.main[:DEEPEST]],
        "other_threads": [[str(f) for f in thread[:DEEPEST]] for thread in doing.threads[:-1]][:20],
        "files": list(doing.files),
        "cpu": round(doing.cpu, 2),
        "why": doing.why,
    }
