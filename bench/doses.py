"""How much of a cause is put in: a mild dose that is harder to see, the full one that the cause's own file names, a strong one."""

from __future__ import annotations

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
    "dead-relu": {"mild": shift_biases(-2.0), "strong": shift_biases(-50.0)},  # full: -10
}
"""Causes without an entry (a call that is missing, a softmax too many) have no other dose."""
