"""S150: a cosine that ends before the training, after which the rate rises again."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.setup.example import EPOCHS, stepping
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.schedules import plans_of
from traindx.core.setup import Setup

WAVES = ("CosineAnnealingLR", "get_cosine_schedule_with_warmup")
"""Schedules that go on as a wave behind their end."""


@check("S150", level="warning")
def schedule_shorter_than_training(setup: Setup, *, beyond: float = 1.2) -> Iterator[Finding | Measured]:
    """`CosineAnnealingLR` is built for fewer epochs than the loop has: past its end the rate rises to where it began.

    ## Why is this bad?
    PyTorch's cosine goes on as a wave: at twice `T_max` the rate is the first one again, and what the small rates had reached
    is shaken off.

    ## How to fix
    `T_max=epochs`. For restarts on purpose `CosineAnnealingWarmRestarts` says so.

    Reported where the loop has more than `beyond` times `T_max` epochs, where the rate has risen by a tenth of its start.
    """
    judged = [p for p in plans_of(setup.text) if p.call.name in WAVES]
    known = [(p, p.planned, p.epochs - p.start) for p in judged if p.epochs]
    if not any(length and epochs for _, length, epochs in known):
        raise NotEnough("no cosine schedule of known length is stepped in a loop that can be followed")
    for plan, length, epochs in known:
        if length and epochs:
            yield Measured("epochs over T_max", epochs / length, f"{beyond:g} at most")
            if epochs > beyond * length:
                planned = f"{length:g} epochs are planned of {epochs:g} ({plan.length[1]})"
                text = f"{planned}: the rate rises again from epoch {length:g} on"
                yield Finding(plan.place, text, fix=f"T_max={epochs:g}" if plan.call.name == WAVES[0] else None)


@schedule_shorter_than_training.fires_on
def ten_of_a_hundred() -> Facts:
    return stepping("CosineAnnealingLR", EPOCHS, T_max=10)


@schedule_shorter_than_training.quiet_on
def ninety_five_after_a_warm_up_of_five() -> Facts:
    return stepping("CosineAnnealingLR", EPOCHS, T_max=95)
