"""Recordings that end with an exception, for the examples of these checks."""

from __future__ import annotations

from typing import Any

from traindx.core.example import falling, recording_with
from traindx.core.recording import Recording


def raising(kind: str, message: str, *, steps: int = 4, **more: Any) -> Recording:
    """A training that raised after `steps` steps; `more` are fields of the event."""
    where = {"path": "train.py", "line": 18, "frames": ["train.py:30 in <module>", "train.py:18 in main"]}
    event = {"kind": "event", "event": "exception", "step": steps, "type": kind, "message": message, **where, **more}
    return recording_with(falling(steps=steps), events=[event])
