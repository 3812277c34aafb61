"""S158: a schedule that is built, and that nothing uses."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.setup.example import EPOCHS, call, calling, stepping
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.schedules import KINDS
from traindx.core.setup import Setup


@check("S158", level="warning")
def schedule_built_and_left(setup: Setup) -> Iterator[Finding | Measured]:
    """A schedule is built and its name is never used again: the rate stays as it is.

    ## Why is this bad?
    The plan is not carried out. Some schedules change the rate when they are built: one cycle leaves it at a twenty-fifth.

    ## How to fix
    `scheduler.step()` once an epoch, after the loop over batches, or once a batch, as its plan counts.
    """
    judged = [made for made in setup.text.called(*KINDS) if made.target.isidentifier()]
    if not judged:
        raise NotEnough("the script builds no schedule")
    for made in judged:
        times = setup.text.used.get(made.target, 0)
        yield Measured(f"uses of {made.target}", times, "1 at least")
        if not times:
            place = setup.text.place(made, made.name)
            yield Finding(place, f"{made.name} is built as {made.target}, and never stepped")


@schedule_built_and_left.fires_on
def never_used_again() -> Facts:
    return calling(call("StepLR", target="scheduler", step_size=10))


@schedule_built_and_left.quiet_on
def stepped_each_epoch() -> Facts:
    return stepping("StepLR", EPOCHS, step_size=10)
