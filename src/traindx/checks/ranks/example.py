"""Recordings of two ranks, for the examples of these checks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from traindx.core.example import falling, recording_with
from traindx.core.recording import Recording, recording_of

NAMES = {
    "kind": "tensors",
    "step": 0,
    "weights": ["conv.weight", "fc.weight"],
    "buffers": ["bn.running_mean"],
    "sharded": [],
}
WRAPPED = {"kind": "distributed", "step": 0, "wrapper": "DistributedDataParallel", "path": "train.py", "line": 9}
DUE = (0, 1, 2, 5, 10, 20)


def two_ranks(
    *own: Sequence[Mapping[str, Any]], shared: Sequence[Mapping[str, Any]] = (WRAPPED,), **step: Any
) -> Recording:
    """Rank 0 and rank 1 with `shared` lines and lines of their `own`."""
    each = [_rank(number, [*shared, *lines], step) for number, lines in enumerate(own)]
    return replace(each[0], ranks=tuple(each[1:]))


def checksums(**told: Sequence[str | None] | Mapping[int, Sequence[str]]) -> list[Mapping[str, Any]]:
    """`checksums` lines at the steps that have some: each field a list for all steps, or by step."""
    lines: list[Mapping[str, Any]] = [NAMES]
    for step in DUE:
        given = {name: value.get(step) if isinstance(value, Mapping) else value for name, value in told.items()}
        fields = {name: value for name, value in given.items() if value is not None}
        lines.append({"kind": "checksums", "step": step, "at": "forward", **fields})
    return lines


def _rank(number: int, lines: Sequence[Mapping[str, Any]], step: Mapping[str, Any]) -> Recording:
    made = recording_with(falling(steps=30), events=lines, **step)
    flat = [dict(line) for kind in made.lines.values() for line in kind]
    starts = [{**line, "rank": number, "world_size": 2} if line["kind"] == "start" else line for line in flat]
    return recording_of(starts)
