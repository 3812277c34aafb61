"""S138: the momentum that is asked for never forgets, or cannot be used."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.setup.example import asking, call, calling
from traindx.core.asked_optimizer import optimizers_of
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.setup import Setup


@check("S138", level="error")
def momentum_beyond_one(setup: Setup) -> Iterator[Finding | Measured]:
    """The momentum is 1 or more, negative, or zero with Nesterov's form.

    ## Why is this bad?
    At 1 and above the velocity never shrinks and the weights run away. PyTorch refuses negative values, a beta of 1, and
    Nesterov's momentum of zero.

    ## How to fix
    0.9; 0.937 in the recipes of YOLO.
    """
    judged = [o for o in optimizers_of(setup) if o.momentum is not None]
    if not judged:
        raise NotEnough("no momentum can be read")
    for asked in judged:
        momentum = asked.momentum or 0.0
        yield Measured(f"momentum of {asked.kind}", momentum, "0 to below 1")
        stuck = asked.nesterov and momentum == 0 and not setup.trainer
        if not 0 <= momentum < 1 or stuck:
            why = (
                "Nesterov's form needs one"
                if stuck
                else "the velocity never shrinks"
                if momentum >= 1
                else "is refused"
            )
            place = setup.place("momentum") if setup.trainer else asked.place
            yield Finding(place, f"momentum {momentum:g} of {asked.kind}: {why}, should be 0.9")


@momentum_beyond_one.fires_on
def nine_instead_of_nine_tenths() -> Facts:
    return calling(call("torch.optim.SGD", lr=0.1, momentum=9))


@momentum_beyond_one.fires_on
def nesterov_without_momentum() -> Facts:
    return calling(call("torch.optim.SGD", lr=0.1, nesterov=True))


@momentum_beyond_one.quiet_on
def ninety_nine_hundredths() -> Facts:
    return calling(call("torch.optim.SGD", lr=1e-10, momentum=0.99))


@momentum_beyond_one.quiet_on
def the_recipe_of_yolo() -> Facts:
    return asking(optimizer="SGD", momentum=0.937)
