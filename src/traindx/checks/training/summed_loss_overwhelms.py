"""T411: the loss is a sum over the batch, and its gradients are too large by that factor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import prod

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.example import falling, flat, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.loss_calls import LossCalls, loss_calls_of
from traindx.core.recording import Recording
from traindx.core.trend import trend

SCALED = ("SGD", "RAdamScheduleFree", "LARS", "ASGD")
"""Optimizers whose step grows with the gradient."""


@check("T411", level="error")
def summed_loss_overwhelms(
    recording: Recording, *, large: float = 0.1, usual: float = 0.05
) -> Iterator[Finding | Measured]:
    """A loss with `reduction="sum"` is backpropagated undivided, and its steps overwhelm the weights.

    ## Why is this bad?
    The gradient grows with the batch: a rate that suits a mean is too high by the number of samples (of pixels, in
    segmentation), and every other batch size needs another rate.

    ## How to fix
    `reduction="mean"`, or divide the sum by what it ran over.

    Reported only with an optimizer whose steps grow with the gradient, and where the run suffers: early updates of `large` of
    the weights or more that would be under `usual` with the mean, or a loss that does not fall. Both are guesses.
    """
    plain = any(o.kind in SCALED for o in recording.optimizers)
    clipped = any("clip" in d for d in recording.details.values())
    for found in loss_calls_of(recording):
        over = _terms(found)
        undivided = found.first.get("reduction") == "sum" and over > 1 and _is_the_loss(recording, found)
        ratio = _early_ratio(recording)
        yield Measured(f"terms that {found.shown} sums", over if undivided else 1, "1, or a mean over them")
        if not undivided or not plain or clipped:
            continue
        broken = not np.isfinite(recording.loss[~np.isnan(recording.loss)]).all()
        seen = trend(recording.loss) if np.isfinite(recording.loss).any() else None
        stuck = seen is None or seen.drop <= 0.1
        if broken or stuck or (ratio >= large and ratio / over < usual):
            text = f"{found.shown} sums {over:,} terms (reduction='sum') and is not divided: an early step moves the weights by"
            yield Finding(
                found.place, f"{text} {ratio:.2g} of their norm, with the mean it would be {ratio / over:.1g}"
            )


def _terms(found: LossCalls) -> int:
    """How many numbers a loss runs over."""
    return max(int(np.median([prod(c.get("target_shape", (1,))) for c in found.calls])), 1)


def _is_the_loss(recording: Recording, found: LossCalls) -> bool:
    """Whether what was backpropagated is the value of this loss, in most steps."""
    losses = [recording.details[s].get("loss") for s in found.steps]
    pairs = [
        (a, b)
        for a, b in zip(losses, found.column("value"), strict=True)
        if a is not None and np.isfinite([a, b]).all()
    ]
    return bool(pairs) and sum(abs(a - b) <= 1e-3 * abs(b) for a, b in pairs) >= 0.8 * len(pairs)


def _early_ratio(recording: Recording) -> float:
    early = recording.update_ratio[(recording.step < 20) & recording.recorded]
    early = early[np.isfinite(early)]
    return float(np.median(early)) if len(early) else float("nan")


def _facts(loss: list[float], reduction: str, ratio: float) -> Facts:
    call = {"name": "cross_entropy", "shape": [64, 10], "target_shape": [64], "reduction": reduction}
    run = recording_with(loss, update_ratio=ratio)
    details = {step: {**d, "loss_call": {**call, "value": d["loss"]}} for step, d in run.details.items()}
    return {"recording": replace(run, details=details)}


@summed_loss_overwhelms.fires_on
def a_sum_of_64_at_a_rate_for_means() -> Facts:
    return _facts(flat(level=150.0), "sum", 0.6)


@summed_loss_overwhelms.quiet_on
def a_mean() -> Facts:
    return _facts(flat(), "mean", 0.6)


@summed_loss_overwhelms.quiet_on
def a_sum_with_a_rate_that_suits_it() -> Facts:
    return _facts(falling(start=147.0, end=6.0), "sum", 1e-3)
