"""T367: the rate suits another kind of optimizer, and the run shows it."""

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
    recording: Recording, *, high: float = 0.02, low: float = 0.002, drop: float = 0.3, min_steps: int = 30
) -> Iterator[Finding | Measured]:
    """An optimizer has the rate of another kind (Adam a rate of SGD, or the reverse), and little is learned.

    ## Why is this bad?
    Adam moves each weight by about its rate a step, whatever the gradient: 0.1 is as much as most weights are. SGD multiplies the
    rate by the gradient: at 0.001 without momentum it hardly moves.

    ## How to fix
    0.001 and less for Adam and its kin, 0.01 to 0.1 for SGD with momentum 0.9. Reported where the highest rate of Adam's kin is
    over `high`, or that of SGD times 1 / (1 - momentum) under `low`, and the loss falls by less than `drop` of its start
    (guesses).
    """
    if len(recording.optimizers) != 1 or np.isfinite(recording.loss).sum() < min_steps or not len(recording.lr):
        raise NotEnough(f"needs {min_steps} losses of one optimizer")
    seen, rate = trend(recording.loss), float(np.nanmax(recording.lr)) if np.isfinite(recording.lr).any() else 0.0
    yield Measured("highest rate", rate, f"as suits {recording.optimizers[0].kind}")
    why = _why(recording, rate, high, low)
    if why and seen.start > 0 and (not seen.finite or seen.drop < drop):
        text = f"{optimizer_words(recording)}: {why}; the loss went from {seen.start:.4g} to {seen.end:.4g}"
        yield Finding(optimizer_place(recording, 0), text)


def _why(recording: Recording, rate: float, high: float, low: float) -> str:
    """In which way the rate is that of another optimizer; empty where it suits."""
    kind, groups = recording.optimizers[0].kind, recording.optimizers[0].groups
    momentum = max((float(g.get("momentum") or 0) for g in groups), default=0.0)
    if kind in ADAPTIVE and rate > high:
        return f"each step moves a weight by about the rate, {rate:.3g}, which is a rate of SGD"
    if kind == "SGD" and 0 < rate / max(1e-6, 1 - momentum) < low:
        return f"a rate of {rate:.3g} with momentum {momentum:g} is one of Adam, SGD hardly moves with it"
    return ""


def _run(kind: str, rate: float, loss: list[float], momentum: float = 0.9) -> Recording:
    group = {"lr": rate, "momentum": momentum} if kind == "SGD" else {"lr": rate}
    return replace(recording_with(loss, lr=rate), optimizers=(Optimizer(kind, (group,)),))


@rate_of_another_optimizer.fires_on
def adam_at_a_tenth() -> Facts:
    return {"recording": _run("Adam", 0.1, flat())}


@rate_of_another_optimizer.fires_on
def sgd_at_a_thousandth_without_momentum() -> Facts:
    return {"recording": _run("SGD", 0.001, falling(end=2.0), momentum=0.0)}


@rate_of_another_optimizer.quiet_on
def adam_at_a_twentieth_that_learns() -> Facts:
    return {"recording": _run("Adam", 0.05, falling())}


@rate_of_another_optimizer.quiet_on
def sgd_at_a_tenth_that_learns_nothing() -> Facts:
    return {"recording": _run("SGD", 0.1, flat())}
