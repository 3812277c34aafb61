"""T502: the run's learning rate moves too little to make the loss fall."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.tryout import Tryouts
from traindx.core.tryout_examples import swept
from traindx.core.tryout_words import LOW, range_curve, standing


@check("T502", level="warning")
def rate_below_the_fall(tryouts: Tryouts, *, times: float = LOW) -> Iterator[Finding | Measured]:
    """At the run's learning rate all its steps together move less than a sweep does before its loss begins to fall.

    ## Why is this bad?
    A rate that is small is no fault where there are many steps. Here there are too few: a sweep whose rate grows e-fold in m steps
    has gone as far as n steps at rate r once its own is r n / m, and the loss has not begun to fall there.

    ## How to fix
    Take the rate that the sweep suggests.

    `times` is how much further the sweep must go before its loss falls (a guess).
    """
    test = tryouts.range
    if test is None or test.reach is None:
        raise NotEnough("no sweep was made; run `traindx prove RUN --try lr-range`")
    if test.falls is None:
        raise NotEnough("the loss falls at no rate of the sweep, so that none is too low")
    yield Measured("rate at which the sweep has moved as far as the run", test.reach, f"over {test.falls / times:.2g}")
    if test.reach < test.falls / times:
        better = f"; {test.suggested:.2g} is a rate to start from" if test.suggested else ""
        text = f"{standing(test)}, and its loss begins to fall at {test.falls:.2g}{better}"
        yield Finding(Place(setting="lr"), text, (range_curve(test),))


@rate_below_the_fall.fires_on
def a_millionth_for_a_hundred_steps() -> Facts:
    return {"tryouts": swept(1e-6, steps=100)}


@rate_below_the_fall.quiet_on
def a_small_rate_for_many_steps() -> Facts:
    return {"tryouts": swept(1e-4, steps=20_000)}


@rate_below_the_fall.quiet_on
def a_usual_rate() -> Facts:
    return {"tryouts": swept(0.02, steps=100)}
