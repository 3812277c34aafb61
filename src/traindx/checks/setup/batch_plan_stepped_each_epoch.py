"""S153: a schedule that counts batches is stepped once an epoch."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.setup.example import BATCHES, EPOCHS, Text, stepping
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.schedules import plans_of
from traindx.core.setup import Setup


@check("S153", level="warning")
def batch_plan_stepped_each_epoch(setup: Setup) -> Iterator[Finding | Measured]:
    """A schedule that is written in batches (`epochs * len(loader)`) is stepped once an epoch.

    ## Why is this bad?
    It hardly begins: after all epochs it has taken as many of its steps as there are epochs. A warm-up never comes up.

    ## How to fix
    Step it inside the loop over batches, after `optimizer.step()`, or build it for the number of epochs.
    """
    judged = [plan for plan in plans_of(setup.text) if plan.stepped and plan.length[1]]
    if not judged:
        raise NotEnough("no schedule with a length is stepped in a loop that can be followed")
    for plan in judged:
        yield Measured(f"{plan.call.name} of {plan.length[1]} is stepped once a", plan.stepped)
        if plan.stepped == "epoch" and plan.counts_batches:
            line = plan.steps[0].line if plan.steps else plan.call.line
            text = f"{plan.call.name} is planned for {plan.length[1]} batches, and it is stepped once an epoch (line {line})"
            yield Finding(Place(plan.path, line, setting=plan.call.name), text)


@batch_plan_stepped_each_epoch.fires_on
def one_cycle_once_an_epoch() -> Facts:
    return stepping("OneCycleLR", EPOCHS, max_lr=0.1, epochs=Text("args.epochs"), steps_per_epoch=Text("len(loader)"))


@batch_plan_stepped_each_epoch.quiet_on
def one_cycle_once_a_batch() -> Facts:
    return stepping(
        "OneCycleLR", EPOCHS, BATCHES, max_lr=0.1, epochs=Text("args.epochs"), steps_per_epoch=Text("len(loader)")
    )


@batch_plan_stepped_each_epoch.quiet_on
def a_cosine_in_epochs() -> Facts:
    return stepping("CosineAnnealingLR", EPOCHS, T_max=100)
