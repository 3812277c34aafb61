"""UMLAUT (CHI 2021): its heuristics on inputs, rate, layers, overfitting and leakage."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from peer_rules.quantities import inputs, loss_before, validation
from traindx.core.recording import Recording

LINEAR = ("Linear", "Conv1d", "Conv2d", "Conv3d")


def fired(recording: Recording) -> Iterator[str]:
    """The heuristics that fire, as causes."""
    low, high = inputs(recording, "min"), inputs(recording, "max")
    if not np.isfinite([*low, *high]).all():
        yield "nan-in-data"
    elif low and (min(low) < -1 or max(high) > 1):
        yield "unscaled-inputs"
    rates = recording.lr[np.isfinite(recording.lr)]
    if (rates > 0.01).any():
        yield "lr-too-high"
    if (rates < 1e-7).any():
        yield "lr-too-low"
    kinds = [layer.kind for layer in recording.layers if layer.kind not in ("Flatten", "Dropout", "Identity")]
    if any(a in LINEAR and b in LINEAR for a, b in pairwise(kinds)):
        yield "missing-nonlinearity"
    losses = [(one.loss, loss_before(recording, one.step)) for one in recording.validations if one.loss is not None]
    if any(b[0] > a[0] and b[1] <= a[1] for a, b in pairwise(losses)):
        yield "overfitting"
    if any(accuracy > 0.95 for accuracy in validation(recording, "accuracy")[3:]):
        yield "train-val-leakage"
