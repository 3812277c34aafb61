"""T383: the rate is far below what this optimizer moves with, and the run shows it."""

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

LEAST = {"SGD": 0.002, "Adadelta": 0.1, "Adagrad": 0.001}
"""The rates under which these hardly move, of SGD times 1 / (1 - momentum). torch's defaults: SGD 0.001, which suits fine-tuning
alone, Adadelta 1, Adagrad 0.01. Guesses below these."""


@check("T383", level="warning")
def rate_far_below_its_optimizer(
    recording: Recording, *, drop: float = 0.3, min_steps: int = 30
) -> Iterator[Finding | Measured]:
    """SGD, Adadelta or Adagrad has a rate as Adam has it, and little is learned.

    ## Why is this bad?
    SGD multiplies the rate by the gradient: at 0.001 without momentum it hardly moves. The rate of Adadelta is a factor of
    steps that it scales itself, and 1 by design. Adagrad's steps shrink with every gradient that it adds up: at a hundredth of
    its usual 0.01 it stands still.

    ## How to fix
    SGD with momentum 0.9 at 0.01 to 0.1, Adadelta at 1, Adagrad at 0.01; or AdamW at 0.001.

    Reported where the highest rate is under 0.002 (SGD, times 1 / (1 - momentum)), 0.1 (Adadelta) or 0.001 (Adagrad), and
    the loss falls by less than `drop` of its start (guesses).
    """
    if len(recording.optimizers) != 1 or np.isfinite(recording.loss).sum() < min_steps or not len(recording.lr):
        raise NotEnough(f"needs {min_steps} losses of one optimizer")
    seen, rate = trend(recording.loss), float(np.nanmax(recording.lr)) if np.isfinite(recording.lr).any() else 0.0
    kind, groups = recording.optimizers[0].kind, recording.optimizers[0].groups
    momentum = max((float(g.get("momentum") or 0) for g in groups), default=0.0) if kind == "SGD" else 0.0
    least = LEAST.get(kind, 0.0)
    yield Measured("highest rate", rate, f"over {least:g}, for {kind}")
    if not 0 < rate / max(1e-6, 1 - momentum) < least or seen.start <= 0 or (seen.finite and seen.drop >= drop):
        return
    words = f" with momentum {momentum:g}" if kind == "SGD" else ""
    text = f"{optimizer_words(recording)}: {kind} hardly moves at {rate:.3g}{words} (should be over {least:g}); "
    text += f"the loss went from {seen.start:.4g} to {seen.end:.4g}"
    yield Finding(replace(optimizer_place(recording, 0), setting="lr"), text)


def _run(kind: str, rate: float, loss: list[float], momentum: float = 0.0) -> Recording:
    group = {"lr": rate, "momentum": momentum} if kind == "SGD" else {"lr": rate}
    return replace(recording_with(loss, lr=rate), optimizers=(Optimizer(kind, (group,)),))


@rate_far_below_its_optimizer.fires_on
def sgd_at_a_thousandth_without_momentum() -> Facts:
    return {"recording": _run("SGD", 0.001, falling(end=2.0))}


@rate_far_below_its_optimizer.fires_on
def adadelta_at_a_thousandth() -> Facts:
    return {"recording": _run("Adadelta", 0.001, flat())}


@rate_far_below_its_optimizer.quiet_on
def adadelta_at_one() -> Facts:
    return {"recording": _run("Adadelta", 1.0, flat())}


@rate_far_below_its_optimizer.quiet_on
def sgd_with_momentum_at_a_thousandth() -> Facts:
    return {"recording": _run("SGD", 0.001, flat(), momentum=0.9)}


@rate_far_below_its_optimizer.quiet_on
def fine_tuning_that_learns() -> Facts:
    return {"recording": _run("SGD", 0.0005, falling())}
