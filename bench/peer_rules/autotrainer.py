"""AUTOTRAINER (ICSE 2021): vanishing and exploding gradients, dying ReLU, oscillation, no convergence; its default parameters."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from peer_rules.quantities import activations, is_weight, not_finite, validation
from traindx.core.recording import Recording


def fired(recording: Recording) -> Iterator[str]:
    """The problems it repairs, as causes."""
    if (np.abs(activations(recording, "mean")) >= 10).any():
        yield "unscaled-inputs"  # abnormal data
    loss = recording.loss[np.isfinite(recording.loss)]
    if (loss < 0).any() or (loss >= 1e3).any():
        yield "wrong-loss"
    gradients = recording.per_parameter("grad")[:, is_weight(recording)]
    if gradients.shape[1] > 1:
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = gradients[:, 0] / gradients[:, -1]
        if ((ratio < 1e-3) & (gradients[:, 0] < 1e-4)).any():
            yield "saturating-activations"  # vanishing
        if (ratio > 70).any() or not_finite(recording):
            yield "lr-too-high"  # exploding
    if (activations(recording, "dead", ("ReLU",)) >= 0.7).any():
        yield "dead-relu"
    accuracy = np.array(validation(recording, "accuracy"))
    late = accuracy[int(0.3 * len(accuracy)) :]
    steps = np.diff(late)
    turned = (steps[1:] * steps[:-1] < 0) & (np.abs(steps[1:]) >= 0.03)
    if len(late) > 2 and turned.sum() >= 0.2 * len(late):
        yield "batch-too-small"  # oscillating
    if len(late) > 1 and late.max() < 0.7 and np.abs(steps).max() < 0.01:
        yield "wrong-optimizer"  # not converging
