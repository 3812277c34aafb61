"""T369: Rprop is given batches, and nothing is learned."""

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
    recording: Recording, *, drop: float = 0.1, min_steps: int = 30
) -> Iterator[Finding | Measured]:
    """Rprop on batches, and the loss does not fall.

    ## Why is this bad?
    Rprop compares the sign of each gradient with that of the step before, which means something only for the same batch
    (Riedmiller and Braun 1993): with batches it follows their noise.

    ## How to fix
    SGD with momentum or AdamW, or all samples in each step.

    Reported where there are several batches an epoch and the loss falls by less than `drop` of its start (a guess).
    """
    if len(recording.optimizers) != 1 or np.isfinite(recording.loss).sum() < min_steps:
        raise NotEnough(f"needs {min_steps} losses of one optimizer")
    kind, seen = recording.optimizers[0].kind, trend(recording.loss)
    batches = max((p.batches for p in loaders_of(recording).training), default=0)
    yield Measured("optimizer", kind, "not Rprop where there are batches")
    if kind == "Rprop" and batches > 1 and seen.start > 0 and (not seen.finite or seen.drop < drop):
        why = f"it compares the gradients of {batches} different batches as if they were of one"
        text = f"{optimizer_words(recording)}: {why}; the loss went from {seen.start:.4g} to {seen.end:.4g}"
        yield Finding(replace(optimizer_place(recording), setting="optimizer"), text)


def _run(kind: str, loss: list[float]) -> Recording:
    done = {"kind": "pass", "loader": 0, "pass": 0, "step": 0, "training": True, "batches": 20, "ended": "exhausted"}
    run = recording_with(loss, lr=0.01, events=[done])
    return replace(run, optimizers=(Optimizer(kind, ({"lr": 0.01},)),))


@optimizer_out_of_place.fires_on
def rprop_on_batches() -> Facts:
    return {"recording": _run("Rprop", flat())}


@optimizer_out_of_place.quiet_on
def rprop_that_learns() -> Facts:
    return {"recording": _run("Rprop", falling())}


@optimizer_out_of_place.quiet_on
def another_optimizer() -> Facts:
    return {"recording": _run("SGD", flat())}
