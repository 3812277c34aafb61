"""How much of a cause is put in: the full dose that the cause's own file names, and a mild one that is harder to see."""

from __future__ import annotations

from traindx.core.treatment import (
    Treatment,
    eval_mode,
    scale_inputs,
    scale_lr,
    shift_biases,
    withhold_parameters,
)

FULL, MILD = "full", "mild"

MILD_DOSES: dict[str, Treatment] = {
    "lr-too-high": scale_lr(30),  # full: 300
    "lr-too-low": scale_lr(1 / 100),  # full: 1/10000
    "unscaled-inputs": scale_inputs(16.0),  # full: 255; 16 is the raw scale of these very pictures
    "optimizer-missing-parameters": withhold_parameters(0.15),  # full: 0.5
    "left-in-eval-mode": eval_mode(after_step=60),  # full: 20
    "dead-relu": shift_biases(-2.0),  # full: -10
}
"""Causes without an entry (a call that is missing, a softmax too many) have no smaller dose."""
