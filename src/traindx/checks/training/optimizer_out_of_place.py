"""T369: an optimizer is used in a way that it is not made for, and nothing is learned."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, flat, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.loaders import loaders_of
from traindx.core.rate_words import optimizer_place, optimizer_words
from traindx.core.recording import Optimizer, Recording
from traindx.core.trend import trend


@check("T369", level="error")
def optimizer_out_of_place(
    recording: Recording, *, share: float = 0.1, drop: float = 0.1, min_steps: int = 30
) -> Iterator[Finding | Measured]:
    """Rprop on batches, or Adadelta or Adagrad far below the rate that they are made for, and the loss does not fall.

    ## Why is this bad?
    Rprop compares the sign of each gradient with that of the step before, which means something only for the same batch. The rate
    of Adadelta is a factor of steps that it scales itself, and 1 by design. Adagrad's steps shrink with every gradient
    that it adds up: at a hundredth of its usual 0.01 it stands still.

    ## How to fix
    SGD with momentum or AdamW; or Adadelta with `lr=1.0`, Adagrad with `lr=0.01`, Rprop with all samples in each step.
    Reported where the rate is under `share` of 1 and of 0.01, or Rprop is given several batches an epoch, and the loss falls by
    less than `drop` of its start (guesses).
    """
    if len(recording.optimizers) != 1 or np.isfinite(recording.loss).sum() < min_steps:
        raise NotEnough(f"needs {min_steps} losses of one optimizer")
    kind, seen = recording.optimizers[0].kind, trend(recording.loss)
    rate = float(np.nanmax(recording.lr)) if np.isfinite(recording.lr).any() else 0.0
    batches = max((p.batches for p in loaders_of(recording).training), default=0)
    yield Measured("optimizer and its highest rate", f"{kind}, {rate:.3g}", "in their place")
    usual = {"Adadelta": 1.0, "Adagrad": 0.01}.get(kind, 0.0)
    why = f"its rate is {usual:g} by design, {rate:.3g} hardly moves" if 0 < rate < share * usual else ""
    if kind == "Rprop" and batches > 1:
        why = f"it compares the gradients of {batches} different batches as if they were of one"
    if why and seen.start > 0 and (not seen.finite or seen.drop < drop):
        text = f"{optimizer_words(recording)}: {why}; the loss went from {seen.start:.4g} to {seen.end:.4g}"
        yield Finding(replace(optimizer_place(recording), setting="lr" if usual else "optimizer"), text)


def _run(kind: str, rate: float, loss: list[float]) -> Recording:
    done = {"kind": "pass", "loader": 0, "pass": 0, "step": 0, "training": True, "batches": 20, "ended": "exhausted"}
    run = recording_with(loss, lr=rate, events=[done])
    return replace(run, optimizers=(Optimizer(kind, ({"lr": rate},)),))


@optimizer_out_of_place.fires_on
def adadelta_at_a_thousandth() -> Facts:
    return {"recording": _run("Adadelta", 0.001, flat())}


@optimizer_out_of_place.fires_on
def rprop_on_batches() -> Facts:
    return {"recording": _run("Rprop", 0.01, flat())}


@optimizer_out_of_place.quiet_on
def adadelta_at_one() -> Facts:
    return {"recording": _run("Adadelta", 1.0, flat())}


@optimizer_out_of_place.quiet_on
def rprop_that_learns() -> Facts:
    return {"recording": _run("Rprop", 0.01, falling())}


@optimizer_out_of_place.quiet_on
def another_optimizer() -> Facts:
    return {"recording": _run("SGD", 0.001, flat())}
