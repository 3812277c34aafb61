"""T367: Adam or one of its kin has a rate of SGD, and the run shows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, flat, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.rate_words import optimizer_place, optimizer_words
from traindx.core.recording import Optimizer, Recording
from traindx.core.trend import trend

ADAPTIVE = ("Adam", "AdamW", "NAdam", "RAdam", "Adamax", "RMSprop")
"""Optimizers whose steps are about as large as the rate, whatever the gradient."""


@check("T367", level="warning")
def rate_of_another_optimizer(
    recording: Recording, *, high: float = 0.02, drop: float = 0.3, min_steps: int = 30
) -> Iterator[Finding | Measured]:
    """Adam or one of its kin has a rate that suits SGD, and little is learned.

    ## Why is this bad?
    Adam moves each weight by about its rate a step, whatever the gradient: 0.1 is as much as most weights are.

    ## How to fix
    0.001 and less for Adam and its kin; 0.01 to 0.1 is for SGD with momentum 0.9.

    Reported where the highest rate is over `high` and the loss falls by less than `drop` of its start (guesses).
    """
    if len(recording.optimizers) != 1 or np.isfinite(recording.loss).sum() < min_steps or not len(recording.lr):
        raise NotEnough(f"needs {min_steps} losses of one optimizer")
    seen, rate = trend(recording.loss), float(np.nanmax(recording.lr)) if np.isfinite(recording.lr).any() else 0.0
    yield Measured("highest rate", rate, f"as suits {recording.optimizers[0].kind}")
    if recording.optimizers[0].kind not in ADAPTIVE or rate <= high or seen.start <= 0:
        return
    if not seen.finite or seen.drop < drop:
        why = f"each step moves a weight by about the rate, {rate:.3g}, which is a rate of SGD"
        text = f"{optimizer_words(recording)}: {why}; the loss went from {seen.start:.4g} to {seen.end:.4g}"
        yield Finding(optimizer_place(recording, 0), text)


def _run(kind: str, rate: float, loss: list[float]) -> Recording:
    return replace(recording_with(loss, lr=rate), optimizers=(Optimizer(kind, ({"lr": rate},)),))


@rate_of_another_optimizer.fires_on
def adam_at_a_tenth() -> Facts:
    return {"recording": _run("Adam", 0.1, flat())}


@rate_of_another_optimizer.quiet_on
def adam_at_a_twentieth_that_learns() -> Facts:
    return {"recording": _run("Adam", 0.05, falling())}


@rate_of_another_optimizer.quiet_on
def sgd_at_a_tenth_that_learns_nothing() -> Facts:
    return {"recording": _run("SGD", 0.1, flat())}
