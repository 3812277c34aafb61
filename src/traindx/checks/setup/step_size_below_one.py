"""S164: a StepLR whose step_size is less than one."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.setup.example import EPOCHS, call, calling, stepping
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.schedules import plans_of
from traindx.core.script import Call
from traindx.core.setup import Setup


@check("S164", level="error")
def step_size_below_one(setup: Setup) -> Iterator[Finding | Measured]:
    """The number of calls after which a StepLR lowers the rate is less than one.

    ## Why is this bad?
    It counts calls of `scheduler.step()`. No count is a multiple of such a fraction but by rounding, so that the rate never moves;
    most often the learning rate or `gamma` stands in its place.

    ## How to fix
    `StepLR(optimizer, step_size=30, gamma=0.1)`: a whole number of epochs, or of batches where it is stepped after each.
    """
    known = [
        (plan, size)
        for plan in plans_of(setup.text)
        if _is_of_torch(plan.call) and (size := plan.number("step_size", 1)) is not None
    ]
    if not known:
        raise NotEnough("no StepLR whose step_size can be read")
    for plan, size in known:
        yield Measured("step_size of StepLR", size, "1 or more")
        if size < 1:
            text = f"StepLR has a step_size of {size:g} (written {plan.call.text('step_size', 1)}): it counts calls of step()"
            yield Finding(plan.place, f"{text}, and the rate never moves")


def _is_of_torch(call: Call) -> bool:
    """Whether it is torch's own StepLR: by its module, or by the name of its argument. Programs have classes of that name."""
    return call.name == "StepLR" and ("lr_scheduler" in call.owner or "step_size" in call.texts)


@step_size_below_one.fires_on
def the_learning_rate_in_its_place() -> Facts:
    return stepping("StepLR", EPOCHS, step_size=0.01, gamma=0.8)


@step_size_below_one.quiet_on
def each_epoch() -> Facts:
    return stepping("StepLR", EPOCHS, step_size=1, gamma=0.8)


@step_size_below_one.quiet_on
def every_thirtieth_epoch() -> Facts:
    return stepping("StepLR", EPOCHS, step_size=30, gamma=0.1)


@step_size_below_one.quiet_on
def a_class_of_the_programs_own_beside_it() -> Facts:
    own = Call("StepLR", 30, {"1": 0.1, "2": 200}, {"0": "optimizer", "1": "0.1", "2": "200"}, "scheduler")
    plain = call("lr_scheduler.StepLR", line=31, target="other", step_size=30)
    return calling(own, plain, *(Call(f"{name}.step", 40, {}, {}, "", (EPOCHS,)) for name in ("scheduler", "other")))
