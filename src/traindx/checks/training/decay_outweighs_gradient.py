"""T365: weight decay pulls harder than the gradient, and the weights shrink."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, flat, recording_with
from traindx.core.finding import Curve, Finding, Line, Measured
from traindx.core.rate_words import optimizer_place, optimizer_words
from traindx.core.recording import Floats, Optimizer, Recording
from traindx.core.trend import trend

IN_GRADIENT = ("SGD", "Adam", "RMSprop", "Adagrad", "Adadelta", "NAdam", "RAdam", "Adamax", "ASGD")
"""Optimizers of torch that add the decay to the gradient; the others take it off the weights, scaled by the rate."""


@check("T365", level="error")
def decay_outweighs_gradient(
    recording: Recording, *, pull: float = 0.3, shrunk: float = 0.75, usual: float = 0.1, min_records: int = 8
) -> Iterator[Finding | Measured]:
    """The decay is a large part of what moves the weights, the weights shrink, and the loss stays far from zero.

    ## Why is this bad?
    The regularisation wins over the data: weights go to zero whatever the pictures say, and the loss ends at chance or stays high.

    ## How to fix
    Lower `weight_decay`: 0.0001 to 0.0005 suits SGD, 0.01 to 0.3 AdamW, whose decay is multiplied by the rate; Adam adds it
    to the gradient, as SGD does, so that AdamW's values are far too high for it.

    Measured is the decay times the norm of the weights over the norm of the gradient (for optimizers with a decay of their
    own: what it takes off over the whole update), the median of the later half of the records. In 20 healthy runs it lay
    between 0.00001 and 0.13; with the accuracy harmed at 0.3 to 6. Reported over `pull`, where the norm of the weights fell
    under `shrunk` of its highest and the loss ends over a tenth of its start (both a guess). A decay of at most `usual`
    that is multiplied by the rate pulls so only where the rate is far too high, which is then the cause.
    """
    if len(recording.optimizers) != 1:
        raise NotEnough("needs one optimizer")
    step, ratio = _pull(recording)
    if len(ratio) < min_records or not np.isfinite(recording.loss).any():
        raise NotEnough(f"needs {min_records} records of an optimizer with weight decay")
    seen, late = trend(recording.loss), float(np.median(ratio[len(ratio) // 2 :]))
    weights = recording.weight_norm[np.isfinite(recording.weight_norm)]
    left = float(weights[-1] / np.max(weights)) if len(weights) and np.max(weights) > 0 else 1.0
    yield Measured("decay over gradient, later half", late, f"under {pull:g}")
    yield Measured("norm of the weights at the end over its highest", left, f"over {shrunk:g}")
    decay = max(float(g.get("weight_decay") or 0) for g in recording.optimizers[0].groups)
    if not _is_added(recording.optimizers[0]) and decay <= usual:
        return  # such a decay pulls only under a rate that is far too high
    if late >= pull and left <= shrunk and (not seen.finite or seen.end > 0.1 * seen.start):
        text = f"weight_decay={decay:g} of {optimizer_words(recording)} pulls {late:.2g} times as hard as the gradient: the weights"
        text += f" shrink to {left:.2g} of their norm, and the loss ends at {seen.end:.4g} (start {seen.start:.4g})"
        curve = Curve(
            "decay over gradient", (Line("ratio", tuple(map(float, step)), tuple(map(float, ratio))),), log_y=True
        )
        yield Finding(replace(optimizer_place(recording, 0), setting="weight_decay"), text, (curve,))


def _pull(recording: Recording) -> tuple[Floats, Floats]:
    """Recorded steps, and how hard the decay of the optimizer pulls at them; empty without decay."""
    optimizer = recording.optimizers[0]
    decay = max((float(g.get("weight_decay") or 0) for g in optimizer.groups), default=0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        taken = decay * recording.weight_norm
        ratio = taken / recording.grad_norm if _is_added(optimizer) else recording.lr * taken / recording.update_norm
    known = np.isfinite(ratio) & (decay > 0)
    return recording.step[known].astype(np.float64), ratio[known]


def _is_added(optimizer: Optimizer) -> bool:
    """Whether an optimizer adds the decay to the gradient."""
    return optimizer.kind in IN_GRADIENT and not any(g.get("decoupled_weight_decay") for g in optimizer.groups)


def _run(decay: float, loss: list[float], weights: list[float]) -> Recording:
    run = recording_with(loss)
    groups = ({"lr": 0.1, "momentum": 0.9, "weight_decay": decay},)
    return replace(run, optimizers=(Optimizer("SGD", groups),), weight_norm=np.array(weights))


@decay_outweighs_gradient.fires_on
def weights_that_go_to_zero() -> Facts:
    return {"recording": _run(0.5, flat(), [10 * 0.95**i for i in range(60)])}


@decay_outweighs_gradient.quiet_on
def usual_decay() -> Facts:
    return {"recording": _run(5e-4, falling(), [10 + 0.01 * i for i in range(60)])}


@decay_outweighs_gradient.quiet_on
def strong_decay_of_a_run_that_has_learned_all() -> Facts:
    return {"recording": _run(0.05, falling(end=0.01), [10 * 0.99**i for i in range(60)])}
