"""B242: half precision gives a step another loss than full precision."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.tryout import Tryouts
from traindx.core.twins import differs
from traindx.core.twins_examples import with_twins


@check("B242", level="warning")
def half_precision_differs(tryouts: Tryouts, *, share: float = 0.1) -> Iterator[Finding | Measured]:
    """The loss of the first batch is another one under autocast than in full precision.

    ## Why is this bad?
    A half has 8 (bfloat16) or 11 (float16) binary digits, so that rounding alone changes a number by less than a hundredth. A loss
    that changes by far more means that sums lose their small terms, or that something is cut off at the largest number.

    ## How to fix
    Have normalisations, sums, softmax and the loss run in full precision.

    `share` is the part of the loss by which both may differ, a guess.
    """
    twins = tryouts.twins
    found = None if twins is None else differs(twins, "full")
    if twins is None or found is None:
        raise NotEnough("needs twins of a step under autocast; run `traindx prove RUN --try twins`")
    away, again = found
    yield Measured(f"loss in {twins.half} and in full precision apart", round(away, 6), f"under {share:g}")
    if away > share and away > 4 * again:
        text = f"the loss of the first batch in {twins.half} and in full precision is {away:.0%} apart"
        yield Finding(Place(step=0, setting="autocast"), f"{text}; done again it is {again:.2%} apart")


@half_precision_differs.fires_on
def half_as_large() -> Facts:
    return {"tryouts": with_twins({"full": 4.6}, half="float16")}


@half_precision_differs.quiet_on
def rounded_as_usual() -> Facts:
    return {"tryouts": with_twins({"full": 2.33}, half="bfloat16")}


@half_precision_differs.quiet_on
def a_step_that_is_never_the_same() -> Facts:
    return {"tryouts": with_twins({"full": 2.6, "repeat": 2.5}, half="bfloat16")}
