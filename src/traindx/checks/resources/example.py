"""Recordings with samples of what a training used, for the examples of these checks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from traindx.core.example import falling, recording_with
from traindx.core.recording import Recording

GIB = 2**30
MACHINE = {
    "kind": "machine",
    "memory": 16 * GIB,
    "memory_limit": None,
    "limits": {"files": 1024},
    "device_memory": 8 * GIB,
}


def using(
    *,
    steps: int = 60,
    run: Mapping[str, Any] | None = None,
    events: Sequence[Mapping[str, Any]] = (),
    **columns: Sequence[float],
) -> Recording:
    """A training of `steps` steps with a sample for each value of the columns, evenly spaced; `run` is how it was launched."""
    count = max((len(values) for values in columns.values()), default=0)
    samples = [
        {
            "kind": "resources",
            "step": i * steps // count,
            "time": float(i),
            **{name: values[i] for name, values in columns.items()},
        }
        for i in range(count)
    ]
    made = recording_with(falling(steps=steps), events=[MACHINE, *samples, *events])
    return replace(made, run=run or {}, ending="killed" if run else made.ending)
