"""What the training's own framework logged, as series by name: from the `metric` lines of a recording."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from traindx.core.recording import Floats, Ints, Recording


@dataclass(frozen=True)
class Series:
    """One quantity over the run (arrays of one length): `step` is the number of optimizer steps before each value was logged,
    `time` the seconds since the start, `epoch` as the framework counts (nan where it did not say).

    `source` is who was told: ultralytics, lightning, transformers, accelerate, timm, tensorboard, wandb, mlflow,
    torchmetrics or coco.
    """

    name: str
    source: str
    step: Ints
    time: Floats
    epoch: Floats
    value: Floats

    def __len__(self) -> int:
        return len(self.step)


def metrics_of(recording: Recording) -> dict[str, Series]:
    """The series of a recording by name; of one that several loggers were told under the same name, the longest.

    Of a quantity that was logged more than a thousand times, not every value is there: see docs/recording.md.
    """
    grouped: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for line in recording.lines.get("metric", ()):
        grouped.setdefault((line["name"], line["source"]), []).append(line)
    found: dict[str, Series] = {}
    for (name, source), lines in grouped.items():
        if name not in found or len(lines) > len(found[name]):
            found[name] = _series(name, source, lines)
    return found


def _series(name: str, source: str, lines: list[Mapping[str, Any]]) -> Series:
    def column(key: str) -> Floats:
        return np.array([np.nan if (v := line.get(key)) is None else float(v) for line in lines], dtype=np.float64)

    step = np.array([line["step"] for line in lines], dtype=np.int64)
    return Series(name, source, step, column("time"), column("epoch"), column("value"))
