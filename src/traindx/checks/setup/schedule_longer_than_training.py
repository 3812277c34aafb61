"""S151: a schedule that the training ends long before."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.setup.example import EPOCHS, stepping
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.schedules import plans_of
from traindx.core.script import Loop
from traindx.core.setup import Setup


@check("S151", level="warning")
def schedule_longer_than_training(setup: Setup, *, times: float = 2.0, short: int = 5) -> Iterator[Finding | Measured]:
    """A schedule is built for twice as many epochs as the loop has, or more: the rate never falls to its end.

    ## Why is this bad?
    The small rates at the end of a schedule bring a good part of the accuracy. A one-cycle plan that is cut may end at its
    highest rate.

    ## How to fix
    Build it for the number of epochs that are trained: `T_max=epochs`.

    Reported from `times` on, where the rate ends above half of its start; a loop of fewer than `short` epochs is a try-out.
    """
    judged = [(p, p.planned, p.epochs) for p in plans_of(setup.text)]
    known = [(plan, length, epochs) for plan, length, epochs in judged if length and epochs]
    if not known:
        raise NotEnough("no schedule of known length is stepped once an epoch")
    for plan, length, epochs in known:
        yield Measured("length of the schedule over epochs", length / epochs, f"below {times:g}")
        if length >= times * epochs and epochs >= short:
            text = f"{plan.call.name} is planned for {length:g} epochs, and the training has {epochs}: it never comes to its end"
            yield Finding(plan.place, text)


@schedule_longer_than_training.fires_on
def a_thousand_of_a_hundred() -> Facts:
    return stepping("CosineAnnealingLR", EPOCHS, T_max=1000)


@schedule_longer_than_training.quiet_on
def as_long_as_the_training() -> Facts:
    return stepping("CosineAnnealingLR", EPOCHS, T_max=100)


@schedule_longer_than_training.quiet_on
def two_epochs_to_try_it_out() -> Facts:
    return stepping("CosineAnnealingLR", EPOCHS, T_max=100, loop=Loop(10, "epoch", "range(2)", 2))
