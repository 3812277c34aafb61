"""The first forward pass as the recording saw it: what each weighted layer made of the signal, and what set its weights."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from traindx.core.recording import Recording, Source
from traindx.core.trend import FAR_BELOW_CHANCE, over_chance, trend
from traindx.core.validated import validated_well


@dataclass(frozen=True)
class LayerSignal:
    """One convolution or linear layer before the first step. `vary` is how much values differ from sample to sample (root mean
    square), `spread` how far the units' weights are from their mean as a share of their size (0: all units alike).
    """

    name: str
    kind: str
    shape: tuple[int, ...]
    groups: int
    trained: bool
    in_rms: float
    in_vary: float
    out_vary: float
    weight_rms: float
    spread: float

    @property
    def units(self) -> int:
        """How many channels or features it gives."""
        return self.shape[1 if "Transpose" in self.kind else 0]

    @property
    def gain(self) -> float:
        """How much what differs between samples grows in it; by torch's default about 0.58, by He's rule 1.41."""
        return self.out_vary / self.in_vary if self.in_vary > 0 else math.nan


def first_signal(recording: Recording) -> tuple[LayerSignal, ...]:
    """The layers in the order in which they were called; empty where the recording does not tell."""
    lines = recording.lines.get("signal", ())
    return tuple(_layer(entry) for entry in (lines[0]["layers"] if lines else ()) if "spread" in entry)


def _layer(entry: Mapping[str, Any]) -> LayerSignal:
    numbers = {key: float(entry[key]) for key in ("in_rms", "in_vary", "out_vary", "weight_rms", "spread")}
    shape, groups = tuple(entry["shape"]), int(entry["groups"])
    return LayerSignal(entry["name"], entry["kind"], shape, groups, bool(entry["trained"]), **numbers)


def mean_gain(layers: Sequence[LayerSignal]) -> float:
    """The geometric mean of the gains of those trained layers that pass anything on; nan where there are none."""
    gains = [layer.gain for layer in layers if layer.trained and layer.weight_rms > 0 and layer.gain > 0]
    return float(np.exp(np.mean(np.log(gains)))) if gains and np.isfinite(gains).all() else math.nan


def passed_on(layers: Sequence[LayerSignal]) -> float:
    """What differs between samples where it enters the last layer, as a share of that in the first one's input."""
    first, last = layers[0], layers[-1]
    return last.in_vary / first.in_vary if first.in_vary > 0 else math.nan


def set_by(recording: Recording, parameter: str) -> tuple[str, Source | None] | None:
    """The call of `torch.nn.init` that last set a parameter, as `normal_(std=0.001)`, and the user's line that made it."""
    for line in recording.lines.get("initialised", ()):
        for call in line["calls"]:
            if parameter in call["parameters"]:
                source = Source(call["path"], int(call["line"])) if call.get("path") else None
                return f"{call['call']}({call['numbers']})", source
    return None


def flat_steps(recording: Recording, share: float = 0.95) -> tuple[int, int]:
    """For how many steps the loss stays near where it began (median of five steps, over `share` of the start), of how many."""
    loss = recording.loss[np.isfinite(recording.loss)]
    if len(loss) < 10:
        return 0, len(loss)
    smooth = np.median(np.lib.stride_tricks.sliding_window_view(loss, 5), axis=1)
    below = np.flatnonzero(smooth < share * float(smooth[0]))
    return (int(below[0]) if len(below) else len(loss)), len(loss)


def has_learned(recording: Recording) -> bool | None:
    """Whether the run shows that something was learned: its loss ends far below chance, or at half of where it began where chance
    is not known, or the last validation names half of what guessing would miss; None where it is too short."""
    if np.isfinite(recording.loss).sum() < 10:
        return None
    reached, seen = over_chance(recording), trend(recording.loss)
    if not seen.finite:
        return False
    if validated_well(recording):
        return True
    return reached < FAR_BELOW_CHANCE if reached is not None else seen.drop > 0.5
