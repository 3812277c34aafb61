"""What the network was given, batch by batch, in training and in validation: a typed view of a recording."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from traindx.core.finding import Place
from traindx.core.recording import Recording, Source

OFTEN = 0.3
"""Single passes without gradients, for each step, from which on they are no validation but a part of training: a teacher, an
average of the weights."""


@dataclass(frozen=True)
class Inputs:
    """One batch: range over all channels, mean and deviation of each, `texture` (mean difference of pixels 1, 2 and 3 apart)."""

    step: int
    shape: tuple[int, ...]
    dtype: str
    low: float
    high: float
    mean: tuple[float, ...]
    std: tuple[float, ...]
    texture: tuple[float, ...] = ()

    @property
    def width(self) -> float:
        """The length of the range."""
        return self.high - self.low

    @property
    def deviation(self) -> float:
        """The mean of the channels' deviations."""
        return float(np.mean(self.std)) if self.std else float("nan")

    @property
    def roughness(self) -> float:
        """The difference of neighbouring pixels in deviations; nan of what is no picture."""
        return self.texture[0] / self.deviation if self.texture and self.deviation > 0 else float("nan")


@dataclass(frozen=True)
class Validated:
    """What a validation gave the network: some of its batches, of `of`, and the line that called the network."""

    step: int
    of: int
    batches: tuple[Inputs, ...]
    source: Source | None = None

    @property
    def place(self) -> Place:
        """The line that called the network, and the step before."""
        if self.source is None:
            return Place(step=self.step)
        return Place(path=self.source.path, line=self.source.line, step=self.step)


def training_inputs(recording: Recording) -> tuple[Inputs, ...]:
    """The first batch of each recorded step, where its statistics are known."""
    found = ((step, d.get("inputs") or {}, d.get("texture") or ()) for step, d in sorted(recording.details.items()))
    return tuple(_inputs(step, seen, texture) for step, seen, texture in found if _known(seen))


def validations(recording: Recording) -> tuple[Validated, ...]:
    """The validations whose inputs were looked at, without passes that belong to the training itself."""
    lines = recording.lines.get("validation_inputs", ())
    single = sum(line.get("of") == 1 for line in lines)
    often = single > OFTEN * max(len(recording.step), 1)
    return tuple(_validated(line) for line in lines if not (often and line.get("of") == 1))


def _validated(line: Mapping[str, Any]) -> Validated:
    step = int(line["step"])
    batches = tuple(_inputs(step, b, b.get("texture", ())) for b in line.get("batches", ()) if _known(b))
    source = Source(line["path"], int(line["line"])) if line.get("path") else None
    return Validated(step, int(line.get("of", 0)), batches, source)


def _known(seen: Mapping[str, Any]) -> bool:
    return seen.get("min") is not None and bool(seen.get("std"))


def _inputs(step: int, seen: Mapping[str, Any], texture: Sequence[float]) -> Inputs:
    return Inputs(
        step=step,
        shape=tuple(seen.get("shape", ())),
        dtype=str(seen.get("dtype", "")),
        low=float(seen["min"]),
        high=float(seen["max"]),
        mean=tuple(map(float, seen["mean"])),
        std=tuple(map(float, seen["std"])),
        texture=tuple(map(float, texture)),
    )


def finite(batches: Sequence[Inputs]) -> list[Inputs]:
    """The batches whose numbers are all finite."""
    return [b for b in batches if np.isfinite([b.low, b.high, *b.mean, *b.std]).all()]
