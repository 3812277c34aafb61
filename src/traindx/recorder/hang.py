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

APART = 5.0
"""Seconds between two looks at the stacks: they must be the same in both. A guess: a batch that is read over a slow network
takes less, a validation moves on from batch to batch."""
DEEPEST = 60
WATCHED = "watch.jsonl"
"""File in the recording's folder that holds what was seen of the command from outside."""


class HangWatch:
    """Looks at a command from outside. `timeout` in seconds: what may pass without a line being written.

    A training whose stacks move is not called hanging; it is looked at again after twice the time.
    """

    def __init__(self, folder: Path, timeout: float, cwd: Path) -> None:
        self._folder, self._timeout, self._cwd = folder, timeout, cwd
        self._wait = timeout
        self._written, self._since = -1, time.monotonic()
        self._first: tuple[float, list[Doing]] | None = None
        self._told = False

    def look(self, pid: int, live: Live) -> Hang | None:
        """Look at the command whose process is `pid`; the hang, once, when there is one."""
        now = time.monotonic()
        if live.written != self._written:
            self._written, self._since, self._wait = live.written, now, self._timeout
            self._first, self._told = None, False
            return None
        if self._told or now - self._since < self._wait:
            return None
        if self._first is None:
            self._first = (now, look(pid, self._folder))
            return None
        if now - self._first[0] < APART:
            return None
        before, doing = self._first[1], look(pid, self._folder)
        self._first = None
        if not still(before, doing):
            self._wait = 2 * (now - self._since)
            return None
        self._told = True
        line = hang_line(doing, now - self._since, live.ranks, self._cwd)
        write(self._folder, line)
        return hang_from(line)


def still(before: Sequence[Doing], after: Sequence[Doing]) -> bool:
    """Whether the main threads stand where they stood, in the same processes; a process that spins in one place stands."""
    stood = {doing.pid: doing.main for doing in before}
    return {doing.pid: doing.main for doing in after} == stood and any(stood.values())


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
