"""T503: the loss falls at no learning rate."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.tryout import Tryouts
from traindx.core.tryout_examples import swept
from traindx.core.tryout_words import range_curve


@check("T503", level="warning")
def no_rate_helps(tryouts: Tryouts) -> Iterator[Finding | Measured]:
    """A sweep over eight decades finds no learning rate at which the loss falls by more than its noise.

    ## Why is this bad?
    Whoever looks for a better rate looks in the wrong place: a gradient that does not reach the weights, labels that do not belong
    to the pictures, or a loss that cannot fall are left.

    ## How to fix
    Try the same on a few samples (`traindx prove RUN --try overfit`): what cannot be learned by heart is broken; what can, is not
    in the data. With much noise in the loss more seeds (`--seeds 3`) see a smaller fall.
    """
    test = tryouts.range
    if test is None:
        raise NotEnough("no sweep was made; run `traindx prove RUN --try lr-range`")
    yield Measured("rate from which the loss falls", test.falls, "any")
    if test.falls is None:
        text = f"no rate from {test.rates[0]:.0e} to {test.rates[-1]:.0e} makes the loss fall below {test.level:.4g}"
        yield Finding(
            Place(setting="lr"), f"{text} by more than its noise, {test.noise:.2g} a step", (range_curve(test),)
        )


@no_rate_helps.fires_on
def a_loss_that_stays() -> Facts:
    return {"tryouts": swept(0.02, depth=0.0)}


@no_rate_helps.quiet_on
def a_loss_that_falls() -> Facts:
    return {"tryouts": swept(0.02)}


@no_rate_helps.quiet_on
def one_that_falls_a_little() -> Facts:
    return {"tryouts": swept(0.02, depth=0.1)}
