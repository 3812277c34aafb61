"""The calls of loss functions over a run, grouped by function and line of code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from traindx.core.finding import Place
from traindx.core.recording import Floats, Recording


@dataclass(frozen=True)
class LossCalls:
    """All recorded calls of one loss function at one place of the code: `calls` as written, `steps` in which each was."""

    name: str
    path: str | None
    line: int | None
    steps: tuple[int, ...]
    calls: tuple[Mapping[str, Any], ...]

    def __len__(self) -> int:
        return len(self.calls)

    @property
    def place(self) -> Place:
        """The line, with the first recorded step."""
        return Place(path=self.path, line=self.line, step=self.steps[0])

    @property
    def first(self) -> Mapping[str, Any]:
        """The first call."""
        return self.calls[0]

    @property
    def shown(self) -> str:
        """The function's name with the activation that it applies itself."""
        return {"cross_entropy": "cross entropy", "nll_loss": "nll_loss"}.get(self.name, self.name)

    def column(self, name: str) -> Floats:
        """A number of each call, nan where it was not measured."""
        return np.array([np.nan if (v := c.get(name)) is None else float(v) for c in self.calls], dtype=np.float64)

    def made_by(self, *names: str) -> bool:
        """Whether one of these operations made the scores in at least nine of ten calls."""
        return sum(c.get("made_by") in names for c in self.calls) >= 0.9 * len(self.calls)


def loss_calls_of(recording: Recording) -> list[LossCalls]:
    """The calls of a recording by function and place, in the order in which they were first seen."""
    grouped: dict[tuple[Any, ...], list[tuple[int, Mapping[str, Any]]]] = {}
    for step, detail in recording.details.items():
        first = detail.get("loss_call")
        for call in (*([first] if first else ()), *detail.get("more_loss_calls", ())):
            key = (call["name"], call.get("path"), call.get("line"), call.get("nth", 0))
            grouped.setdefault(key, []).append((step, call))
    return [
        LossCalls(name, path, line, tuple(s for s, _ in found), tuple(c for _, c in found))
        for (name, path, line, _), found in grouped.items()
    ]


def layer_of(recording: Recording, kind: str) -> str | None:
    """The name of the model's last layer, where it is of this kind: the activation that made the scores."""
    last = recording.layers[-1] if recording.layers else None
    return last.name if last is not None and last.kind.lower() == kind.lower() else None
