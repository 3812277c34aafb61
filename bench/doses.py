"""How much of a cause is put in: a mild dose that is harder to see, the full one that the cause's own file names, a strong one."""

from __future__ import annotations

from traindx.core.data_treatments import scale_batch, smooth_labels
from traindx.core.model_treatments import freeze, norm_momentum, raise_dropout
from traindx.core.step_treatments import clip_gradients, decay_rate, set_momentum, shrink_weights
from traindx.core.treatment import (
    Treatment,
    eval_mode,
    scale_inputs,
    scale_lr,
    shift_biases,
    withhold_parameters,
)

FULL = "full"

DOSES: dict[str, dict[str, Treatment]] = {
    "lr-too-high": {"mild": scale_lr(30), "strong": scale_lr(3000)},  # full: 300
    "lr-too-low": {"mild": scale_lr(1 / 100), "strong": scale_lr(1e-6)},  # full: 1/10000
    "unscaled-inputs": {"mild": scale_inputs(16.0), "strong": scale_inputs(65535.0)},  # full: 255
    "optimizer-missing-parameters": {
        "mild": withhold_parameters(0.15),
        "strong": withhold_parameters(0.9),
    },  # full: 0.5
    "left-in-eval-mode": {"mild": eval_mode(after_step=60), "strong": eval_mode(after_step=0)},  # full: 20
    "clip-too-tight": {"mild": clip_gradients(1e-2), "strong": clip_gradients(1e-4)},  # full: 1e-3
    "dropout-too-high": {"mild": raise_dropout(0.8), "strong": raise_dropout(0.97)},  # full: 0.9
    "momentum-too-high": {"mild": set_momentum(0.99), "strong": set_momentum(0.999)},  # full: 0.995
    "weight-decay-too-high": {"mild": shrink_weights(0.005), "strong": shrink_weights(0.1)},  # full: 0.02
    "schedule-misapplied": {"mild": decay_rate(0.97), "strong": decay_rate(0.7)},  # full: 0.9
    "wrong-loss": {"mild": smooth_labels(0.5), "strong": smooth_labels(0.95)},  # full: 0.7
    "frozen-parameters": {"mild": freeze(0.3), "strong": freeze(0.9)},  # full: 0.6
    "batchnorm-stats-stale": {"mild": norm_momentum(1e-3), "strong": norm_momentum(1e-6)},  # full: 1e-4
    "batch-too-small": {"mild": scale_batch(1 / 8), "strong": scale_batch(1 / 64)},  # full: 1/16
    "batchnorm-small-batch": {"mild": scale_batch(1 / 8), "strong": scale_batch(1 / 64)},  # full: 1/16
    "batch-too-large": {"mild": scale_batch(8), "strong": scale_batch(64)},  # full: 16
    "dead-relu": {"mild": shift_biases(-2.0), "strong": shift_biases(-50.0)},  # full: -10
}
"""Causes without an entry (a call that is missing, a softmax too many) have no other dose."""
