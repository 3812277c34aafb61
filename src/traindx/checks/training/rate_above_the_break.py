"""T501: the run's learning rate lies above the one at which the loss breaks."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.tryout import Tryouts
from traindx.core.tryout_examples import swept
from traindx.core.tryout_words import range_curve, standing


@check("T501", level="warning")
def rate_above_the_break(tryouts: Tryouts, *, margin: float = 2.0) -> Iterator[Finding | Measured]:
    """A sweep of the learning rate shows the loss break below the rate of the run.

    ## Why is this bad?
    The rate rises slowly in the sweep, which is kinder than a run that begins with it: where the sweep breaks, the run does too.

    ## How to fix
    Take the rate that the sweep suggests: where the loss falls most, at most a quarter of where it is lowest (Smith 2017),
    or warm up to a rate below the break.

    `margin` is how many times the break the rate must be: between one and two a run may yet come down from its first leap
    (a guess).
    """
    test = tryouts.range
    if test is None or test.own is None:
        raise NotEnough("no sweep was made; run `traindx prove RUN --try lr-range`")
    yield Measured("learning rate", test.own, "below where the loss breaks")
    if test.breaks is None:
        return
    yield Measured("rate at which the loss breaks", test.breaks)
    if test.own >= margin * test.breaks:
        better = f"; {test.suggested:.2g} is a rate to start from" if test.suggested else ""
        yield Finding(Place(setting="lr"), f"{standing(test)}, at {test.breaks:.2g}{better}", (range_curve(test),))


@rate_above_the_break.fires_on
def five_times_the_break() -> Facts:
    return {"tryouts": swept(1.5)}


@rate_above_the_break.fires_on
def a_loss_that_never_falls_and_breaks() -> Facts:
    return {"tryouts": swept(1.0, depth=0.0)}


@rate_above_the_break.quiet_on
def a_tenth_of_the_break() -> Facts:
    return {"tryouts": swept(0.03)}


@rate_above_the_break.quiet_on
def a_sweep_that_never_breaks() -> Facts:
    return {"tryouts": swept(1.0, breaks=1e3)}
