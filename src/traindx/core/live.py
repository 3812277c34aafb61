"""How a training stands that is being recorded: the last step of each rank, read from what its files have grown by."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

RECENT = 50
"""Steps over which the rate and the share of waiting are taken."""
LONGEST = 1 << 24
"""Bytes that are read of one file at a time; more waits for the next look."""


@dataclass(frozen=True)
class Live:
    """The state of a run. Of `step`, `loss`, `lr` and `grad_norm` the last that rank 0 wrote, None before.

    `steps_per_second` and `wait` (share of the time in which the training waited for data) are over the last steps of rank 0;
    `ranks` is the last step of each rank; `written` counts the bytes of all files: if it stays, nothing happens that is seen.
    """

    step: int | None = None
    loss: float | None = None
    lr: float | None = None
    grad_norm: float | None = None
    steps_per_second: float | None = None
    wait: float | None = None
    ranks: Mapping[int, int] = field(default_factory=dict)
    written: int = 0


class Follower:
    """Follows the files `rank-*.jsonl` of a folder; `look` reads what was appended since the last look, whole lines only."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[Path, int] = {}
        self._last: dict[int, dict[str, Any]] = {}
        self._recent: deque[tuple[int, float, float, float]] = deque(maxlen=RECENT)

    def look(self) -> Live:
        """The state as it is now."""
        for path in sorted(self._folder.glob("rank-*.jsonl")):
            self._follow(path, int(path.name.split("-")[1].split(".")[0]))
        first = self._last.get(0) or next(iter(self._last.values()), {})
        return Live(
            step=first.get("step"),
            loss=first.get("loss"),
            lr=first.get("lr"),
            grad_norm=first.get("grad_norm"),
            steps_per_second=self._rate(),
            wait=self._wait(),
            ranks={rank: last["step"] for rank, last in self._last.items()},
            written=sum(self._read.values()),
        )

    def _follow(self, path: Path, rank: int) -> None:
        start = self._read.get(path, 0)
        with path.open("rb") as file:
            file.seek(start)
            block = file.read(LONGEST)
        whole = block[: block.rfind(b"\n") + 1]
        self._read[path] = start + len(whole)
        for raw in whole.splitlines():
            try:
                line = json.loads(raw)
            except ValueError:
                continue
            if isinstance(line, dict) and line.get("kind") == "step" and isinstance(line.get("step"), int):
                self._last[rank] = {**self._last.get(rank, {}), **{k: v for k, v in line.items() if v is not None}}
                if rank == 0:
                    times = (float(line.get(name) or 0.0) for name in ("time", "seconds", "wait"))
                    self._recent.append((line["step"], *times))

    def _rate(self) -> float | None:
        if len(self._recent) < 2:
            return None
        (first, begun, *_), (last, now, *_) = self._recent[0], self._recent[-1]
        return (last - first) / (now - begun) if now > begun and last > first else None

    def _wait(self) -> float | None:
        spent = sum(seconds for _, _, seconds, _ in self._recent)
        return min(1.0, sum(wait for *_, wait in self._recent) / spent) if spent > 0 else None
