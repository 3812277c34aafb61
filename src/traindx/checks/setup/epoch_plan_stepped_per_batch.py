"""S152: a schedule that counts epochs is stepped in the loop over batches."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.setup.example import BATCHES, EPOCHS, Text, stepping
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.schedules import Plan, plans_of
from traindx.core.setup import Setup


@check("S152", level="warning")
def epoch_plan_stepped_per_batch(setup: Setup) -> Iterator[Finding | Measured]:
    """A schedule that is written in epochs (`T_max=epochs`) is stepped inside the loop over batches.

    ## Why is this bad?
    It is over within the first epoch: a cosine comes down and rises again every few batches, and a plateau is judged by the
    noise of single batches.

    ## How to fix
    Move `scheduler.step()` behind the loop over batches, or build the schedule for `epochs * len(loader)` steps.
    """
    judged = [plan for plan in plans_of(setup.text) if plan.stepped]
    if not judged:
        raise NotEnough("no schedule is stepped in a loop over epochs or batches that can be followed")
    for plan in judged:
        yield Measured(f"{plan.call.name} is stepped once a", plan.stepped)
        if plan.stepped == "batch" and (why := _why(plan)):
            line = plan.steps[0].line if plan.steps else plan.call.line
            yield Finding(
                Place(plan.path, line, setting=plan.call.name), f"{why}, and it is stepped once a batch (line {line})"
            )


def _why(plan: Plan) -> str:
    """In which way the plan counts epochs; empty where it does not."""
    if plan.call.name == "ReduceLROnPlateau":
        patience = plan.number("patience", 3, 10)
        return f"ReduceLROnPlateau has a patience of {patience:g}" if patience is not None and patience <= 20 else ""
    length, text = plan.length
    same = bool(plan.epochs_text) and text == plan.epochs_text
    if same or (length is not None and plan.epochs and length == plan.epochs - plan.start and length > 1):
        return f"{plan.call.name} is planned for {text}, which is the number of epochs"
    return ""


@epoch_plan_stepped_per_batch.fires_on
def a_cosine_over_the_epochs() -> Facts:
    return stepping("CosineAnnealingLR", EPOCHS, BATCHES, T_max=Text("args.epochs"))


@epoch_plan_stepped_per_batch.quiet_on
def a_cosine_over_all_batches() -> Facts:
    return stepping("CosineAnnealingLR", EPOCHS, BATCHES, T_max=Text("args.epochs * len(train_loader)"))


@epoch_plan_stepped_per_batch.quiet_on
def once_an_epoch() -> Facts:
    return stepping("CosineAnnealingLR", EPOCHS, T_max=Text("args.epochs"))
