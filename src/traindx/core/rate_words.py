"""The learning rate in words: which optimizer, built where, with which rates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from traindx.core.finding import Place
from traindx.core.recording import Recording
from traindx.core.setup import Setup


def optimizer_line(recording: Recording) -> Mapping[str, Any]:
    """The line of the optimizer that trains: of several the one that holds most parameters; empty without one."""
    lines = recording.lines.get("optimizer", ())
    held = [sum(p.optimizer == number for p in recording.parameters) for number in range(len(lines))]
    return lines[int(np.argmax(held))] if lines else {}


def optimizer_words(recording: Recording) -> str:
    """`SGD (train.py:15, lr 0.1, momentum 0.9)`: as it was built."""
    line = optimizer_line(recording)
    if not line:
        return "the optimizer"
    first = (line.get("groups") or [{}])[0]
    parts = [f"{line['path']}:{line['line']}"] if line.get("path") else []
    parts += [f"{name} {first[name]:.3g}" for name in ("lr", "momentum") if isinstance(first.get(name), (int, float))]
    return f"{line['class']} ({', '.join(parts)})"


def optimizer_place(recording: Recording, step: int | None = None, setup: Setup | None = None) -> Place:
    """The line that built the optimizer, and the setting that holds its rate (`lr`, with Ultralytics `lr0`)."""
    line = optimizer_line(recording)
    setting = "lr0" if setup is not None and setup.framework == "ultralytics" else "lr"
    return Place(line.get("path"), line.get("line"), step=step, setting=setting)
