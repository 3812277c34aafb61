"""What the rules look at, taken from a recording."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from traindx.core.recording import Floats, Recording


def sizes(recording: Recording) -> Floats:
    """The number of elements of each parameter."""
    return np.array([max(1, math.prod(p.shape)) for p in recording.parameters], dtype=float)


def rms(recording: Recording, name: str) -> Floats:
    """Root mean square of each parameter's gradients, weights or updates: [records, parameters]."""
    return recording.per_parameter(name) / np.sqrt(sizes(recording))


def is_weight(recording: Recording) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Which parameters are weights of layers, in order of the network: not biases, not those of normalisation."""
    return np.array([len(p.shape) > 1 for p in recording.parameters], dtype=bool)


def not_finite(recording: Recording) -> bool:
    """Whether a loss, a gradient or a weight was not finite."""
    norms = [recording.grad_norm[recording.recorded], recording.weight_norm[recording.recorded]]
    return bool(np.isinf(recording.loss).any() or any(not np.isfinite(n).all() for n in norms))


def inputs(recording: Recording, name: str) -> list[float]:
    """`min`, `max`, `mean` or `std` of the recorded batches of inputs, all channels."""
    found: list[float] = []
    for details in recording.details.values():
        value = (details.get("inputs") or {}).get(name)
        values: Sequence[Any] = value if isinstance(value, list) else [value]
        found += [float(v) for v in values if v is not None]
    return found


def activations(recording: Recording, name: str, kinds: Sequence[str] = ()) -> Floats:
    """`mean`, `std`, `absmax` or `dead` of the layers of some kinds (all without any): [records, layers]."""
    chosen = [i for i, layer in enumerate(recording.layers) if not kinds or layer.kind in kinds]
    return recording.per_layer(name)[:, chosen]


def validation(recording: Recording, name: str) -> list[float]:
    """The losses or accuracies of all validations that show one."""
    return [v for one in recording.validations if (v := getattr(one, name)) is not None]


def loss_before(recording: Recording, step: int, steps: int = 40) -> float:
    """The mean loss of the steps before a validation."""
    chosen = recording.loss[(recording.step <= step) & (recording.step > step - steps)]
    return float(np.nanmean(chosen)) if np.isfinite(chosen).any() else math.nan
