"""T350: a scheduler was made, and nobody ever steps it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.recording import Recording
from traindx.core.stepping import steppings
from traindx.core.stepping_example import cosine, scheduled_run

TRAINERS = ("lightning", "pytorch_lightning")
"""Libraries that step a scheduler themselves, every so many epochs."""


@check("T350", level="error")
def scheduler_never_stepped(recording: Recording, *, min_epochs: int = 2) -> Iterator[Finding | Measured]:
    """A learning rate scheduler was made, and in all of the run it is never stepped.

    ## Why is this bad?
    The rate stays where the scheduler's construction put it: without the decay that was planned the run ends restless, and
    a schedule that begins with a warm-up (OneCycleLR: a 25th of the rate) never leaves its low start.

    ## How to fix
    Call `scheduler.step()` after each epoch, or after each batch, as the schedule counts.

    Reported where the run went through `min_epochs` epochs at one constant rate, so that a smoke run within its first epoch
    is left alone.
    """
    found = [s for s in steppings(recording) if s.scheduler.module.startswith(("torch.", "timm."))]
    if not found or _trainer(recording):
        raise NotEnough("no scheduler was made that the training's own code steps")
    for stepping in found:
        yield Measured(f"calls of {stepping.scheduler.kind}.step", stepping.calls, "more than 0")
        rates = stepping.scheduler.rates
        rates = rates[np.isfinite(rates)]
        moved = len(rates) and np.max(rates) > np.min(rates) * (1 + 1e-6)
        idle = stepping.unit == "never" and stepping.finished and stepping.epochs >= min_epochs
        if idle and not moved and _constant(recording):
            text = f"{stepping.scheduler.kind} is never stepped in {stepping.epochs} epochs: "
            yield Finding(stepping.place, text + f"the rate stays at {float(recording.lr[-1]):.4g}")


def _constant(recording: Recording) -> bool:
    known = recording.lr[np.isfinite(recording.lr)]
    return bool(len(known)) and bool(np.allclose(known, known[0], rtol=1e-6))


def _trainer(recording: Recording) -> bool:
    machine: dict[str, Any] = dict((recording.lines.get("machine") or ({},))[0])
    return any(name in machine.get("versions", {}) for name in TRAINERS)


@scheduler_never_stepped.fires_on
def cosine_made_and_forgotten() -> Facts:
    return {"recording": scheduled_run("CosineAnnealingLR", cosine(8), by="never")}


@scheduler_never_stepped.quiet_on
def cosine_stepped_each_epoch() -> Facts:
    return {"recording": scheduled_run("CosineAnnealingLR", cosine(8), by="epoch")}


@scheduler_never_stepped.quiet_on
def a_smoke_run_of_one_epoch() -> Facts:
    return {"recording": scheduled_run("CosineAnnealingLR", cosine(8), by="never", epochs=1)}
