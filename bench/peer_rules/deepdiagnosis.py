"""DeepDiagnosis (ICSE 2022): eight symptoms and the order of its decision tree; thresholds of its callback."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from peer_rules.quantities import activations, inputs, is_weight, not_finite, rms
from traindx.core.recording import Recording


def fired(recording: Recording) -> Iterator[str]:
    """The changes it advises, as causes."""
    low, high = inputs(recording, "min"), inputs(recording, "max")
    if low and (min(low) < -1 or max(high) > 1):
        yield "unscaled-inputs"  # normalise the data
    weights = rms(recording, "weight")[:1, is_weight(recording)]
    variance = weights**2
    if (variance < 1e-5).any():
        yield "init-too-small"
    if (variance > 10).any():
        yield "init-too-large"
    ratios = recording.update_ratio[np.isfinite(recording.update_ratio)]
    if (ratios > 1e-1).any() or not_finite(recording):
        yield "lr-too-high"
    if (ratios < 1e-5).any():
        yield "lr-too-low"
    if len(recording.details) and (activations(recording, "dead", ("ReLU",))[-1:] >= 0.7).any():
        yield "dead-relu"
    if (activations(recording, "absmax", ("Sigmoid", "Tanh")) > 0.9999).any():
        yield "saturating-activations"
    if (rms(recording, "update")[:, is_weight(recording)] < 1e-7).any():
        yield "missing-normalization-layer"  # vanishing: change the activation or the layers
    last = recording.loss[-20:]
    if len(last) == 20 and np.isclose(np.mean(last), np.max(last), rtol=1e-9):
        yield "wrong-optimizer"  # the loss does not change
