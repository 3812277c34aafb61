"""S155: the rate is to fall at an epoch that the training does not reach."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.setup.example import EPOCHS, stepping
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.schedules import plans_of
from traindx.core.setup import Setup


@check("S155", level="note")
def milestone_beyond_end(setup: Setup) -> Iterator[Finding | Measured]:
    """No milestone of the schedule lies within the training: the rate never falls.

    ## Why is this bad?
    It is legal. The schedule has no effect, and the training ends at its first rate.

    ## How to fix
    Milestones at a half and three quarters of the epochs, or a `step_size` of a third.
    """
    judged = [(p, p.milestones, p.epochs) for p in plans_of(setup.text) if p.stepped == "epoch"]
    known = [(plan, marks, epochs) for plan, marks, epochs in judged if marks and epochs]
    if not known:
        raise NotEnough("no milestones of a schedule can be read")
    for plan, marks, epochs in known:
        yield Measured("first milestone", min(marks), f"below {epochs}")
        if epochs is not None and min(marks) >= epochs >= 5:
            yield Finding(
                plan.place, f"the first milestone is {plan.unit} {min(marks):g}, and the training has {epochs}"
            )


@milestone_beyond_end.fires_on
def after_the_last_epoch() -> Facts:
    return stepping("MultiStepLR", EPOCHS, milestones=[150, 200])


@milestone_beyond_end.quiet_on
def within_the_training() -> Facts:
    return stepping("MultiStepLR", EPOCHS, milestones=[50, 75])


@milestone_beyond_end.quiet_on
def a_step_of_thirty() -> Facts:
    return stepping("StepLR", EPOCHS, step_size=30)
