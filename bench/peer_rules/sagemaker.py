"""SageMaker Debugger's built-in rules at their documented defaults, those that a recording can answer."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from peer_rules.quantities import activations, inputs, loss_before, not_finite, rms
from traindx.core.recording import Recording

PATIENCE = 10


def fired(recording: Recording) -> Iterator[str]:
    """The rules that fire, as causes, in the order of its documentation."""
    if (activations(recording, "dead", ("ReLU",)) > 0.5).any():
        yield "dead-relu"
    if not_finite(recording):
        yield "lr-too-high"  # ExplodingTensor
    spread = activations(recording, "std")[: min(10, len(recording.details))] ** 2
    spread = spread[:, np.isfinite(spread).all(axis=0) & (spread > 0).all(axis=0)]
    if spread.size and (spread.max(axis=1) / spread.min(axis=1) > 10).any():
        yield "init-too-large"  # PoorWeightInitialization
    if (activations(recording, "absmax", ("Sigmoid", "Tanh")) > 0.9999999).any():
        yield "saturating-activations"
    if (rms(recording, "grad") < 1e-7).any():
        yield "init-too-small"  # VanishingGradient
    ratios = recording.update_ratio[np.isfinite(recording.update_ratio)]
    if (ratios > 10).any():
        yield "lr-too-high"  # WeightUpdateRatio
    if (ratios < 1e-8).any():
        yield "lr-too-low"
    if (recording.per_parameter("weight")[:1] == 0).any():
        yield "constant-init"  # AllZero
    if not_decreasing(recording):
        yield "lr-too-low"  # LossNotDecreasing: the rule names no cause
    for one in recording.validations:
        before = loss_before(recording, one.step)
        if one.loss is not None and before > 0 and (one.loss - before) / before > 0.1:
            yield "overfitting"
    if any(abs(mean) > 0.2 for mean in inputs(recording, "mean")):
        yield "wrong-normalization"  # CheckInputImages
    update = recording.per_parameter("update")
    if len(update) > 3 and (np.nan_to_num(update[-3:], nan=1.0) == 0).all(axis=0).any():
        yield "missing-optimizer-step"  # UnchangedTensor


def not_decreasing(recording: Recording) -> bool:
    """Whether a loss is not 0.1 % below the one ten steps before it, looked at every ten steps."""
    loss = recording.loss[::PATIENCE]
    with np.errstate(invalid="ignore", divide="ignore"):
        return bool(((loss[:-1] - loss[1:]) / np.abs(loss[:-1]) < 0.001).any())
