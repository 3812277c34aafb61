"""S157: a schedule that brings the rate to nothing long before the training ends."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.setup.example import BATCHES, EPOCHS, stepping
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.schedules import plans_of
from traindx.core.setup import Setup


@check("S157", level="warning")
def rate_decays_to_nothing(setup: Setup, *, nothing: float = 1e-5) -> Iterator[Finding | Measured]:
    """Half way through the training the rate is a hundred thousandth of its start.

    ## Why is this bad?
    The second half of the training changes nothing. Recipes that decay in steps end at a thousandth.

    ## How to fix
    A `gamma` nearer to 1, larger steps, or steps once an epoch instead of once a batch.

    `nothing` is a guess; where the schedule is stepped once a batch, ten batches an epoch are taken for granted.
    """
    known = [(plan, share) for plan in plans_of(setup.text) if (share := plan.left_half_way) is not None]
    if not known:
        raise NotEnough("no decay of a schedule can be read")
    for plan, share in known:
        yield Measured("rate half way, over that at the start", share, f"above {nothing:g}")
        if share < nothing:
            each = "an epoch" if plan.stepped == "epoch" else "a batch"
            left = "turns the rate negative" if share < 0 else f"leaves {share:.1e} of the rate"
            text = f"{plan.call.name}, stepped once {each}, {left} half way through {plan.epochs} epochs"
            yield Finding(plan.place, text)


@rate_decays_to_nothing.fires_on
def a_tenth_each_epoch() -> Facts:
    return stepping("ExponentialLR", EPOCHS, gamma=0.1)


@rate_decays_to_nothing.fires_on
def a_step_of_ten_batches() -> Facts:
    return stepping("StepLR", EPOCHS, BATCHES, step_size=10, gamma=0.1)


@rate_decays_to_nothing.quiet_on
def three_steps_of_a_tenth() -> Facts:
    return stepping("MultiStepLR", EPOCHS, milestones=[30, 60, 90])


@rate_decays_to_nothing.quiet_on
def slowly() -> Facts:
    return stepping("ExponentialLR", EPOCHS, gamma=0.95)
