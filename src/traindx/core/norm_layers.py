"""Normalisation layers over a run: settings and modes, and the numbers of the recorded steps, layer by layer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from traindx.core.recording import Floats, Ints, Recording


@dataclass(frozen=True)
class NormLayer:
    """One layer: `settings` as it was last seen, `steps` that have numbers of it, and `columns` of these (nan: not measured).

    `training` and `trainable` hold the modes at those steps.
    """

    name: str
    settings: Mapping[str, Any]
    steps: Ints
    training: tuple[bool, ...]
    trainable: tuple[bool, ...]
    columns: Mapping[str, Floats]

    @property
    def kind(self) -> str:
        """The class's name."""
        return str(self.settings.get("kind", ""))

    @property
    def is_batch_norm(self) -> bool:
        """Whether its statistics are those of a batch."""
        return "BatchNorm" in self.kind and not self.kind.startswith("Frozen")

    @property
    def updates(self) -> bool:
        """Whether it follows the batches with running statistics when it is in training mode."""
        return self.is_batch_norm and self.settings.get("track_running_stats") is True

    def late(self, name: str) -> float:
        """The median of a column over the last half of the steps; nan where it was not measured."""
        values = self.columns.get(name, np.array([]))
        values = values[len(values) // 2 :]
        return float(np.median(values[np.isfinite(values)])) if np.isfinite(values).any() else float("nan")


def norm_layers_of(recording: Recording) -> list[NormLayer]:
    """The normalisation layers in the order of the network; empty where none was recorded."""
    lines = sorted(recording.lines.get("normalisation", ()), key=lambda line: line["step"])
    seen: dict[str, list[tuple[int, Mapping[str, Any], Mapping[str, float]]]] = {}
    for step, detail in recording.details.items():
        layers = next((line["layers"] for line in reversed(lines) if line["step"] <= step), ())
        numbers = detail.get("normalisation", {})
        columns = {k: v for k, v in numbers.items() if isinstance(v, list) and k not in ("worst", "batches")}
        for index, layer in enumerate(layers if numbers else ()):
            row = {k: v[index] for k, v in columns.items() if len(v) == len(layers) and v[index] is not None}
            seen.setdefault(str(layer.get("name", "")), []).append((step, layer, row))
    return [_layer(name, rows) for name, rows in seen.items()]


def _layer(name: str, rows: list[tuple[int, Mapping[str, Any], Mapping[str, float]]]) -> NormLayer:
    names = sorted({column for _, _, row in rows for column in row})
    return NormLayer(
        name,
        rows[-1][1],
        np.array([step for step, _, _ in rows], dtype=np.int64),
        tuple(bool(layer.get("training")) for _, layer, _ in rows),
        tuple(bool(layer.get("trainable")) for _, layer, _ in rows),
        {c: np.array([row.get(c, np.nan) for _, _, row in rows], dtype=np.float64) for c in names},
    )


def held_names(recording: Recording) -> set[str]:
    """The modules of which an optimizer holds a parameter that may learn."""
    return {p.name.rpartition(".")[0] for p in recording.parameters if p.trainable and p.optimizer is not None}
