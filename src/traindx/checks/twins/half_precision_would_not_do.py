"""B253: in half precision, which was tried, the first batch has no loss, or another one."""

from __future__ import annotations

import math
from collections.abc import Iterator

from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.tryout import Tryouts
from traindx.core.twins import apart, precisions, repeats
from traindx.core.twins_examples import NOT_FINITE, with_twins


@check("B253", level="warning")
def half_precision_would_not_do(tryouts: Tryouts, *, share: float = 0.1) -> Iterator[Finding | Measured]:
    """The first batch's loss is finite in full precision, and under autocast to a half type it is not, or it is another one.

    ## Why is this bad?
    Many trainers use half precision unless told otherwise (`amp=True` of Ultralytics). Float16 holds numbers up to 65504: what is
    larger becomes infinite, and a loss scaler then leaves out step after step.

    ## How to fix
    Train in full precision (`amp=False`), in bfloat16, or have the part that overflows run in full precision; scale what is large.

    `share` is the part of the loss by which both may differ, a guess. Where no device computes in halves, numbers are rounded as
    autocast would have them.
    """
    twins = tryouts.twins
    tried = [] if twins is None else [row for row in precisions(twins) if row[0] != twins.half]
    if twins is None or not tried:
        raise NotEnough("needs twins of a network in half precision; run `traindx check DATA model=... --twins`")
    again = repeats(twins, "first")
    for half, under, full in tried:
        if not math.isfinite(full.loss):
            continue
        yield Measured(f"loss in {half}, in full precision", f"{under.loss:.4g}, {full.loss:.4g}", "nearly the same")
        away = apart(under.loss, full.loss)
        if not math.isfinite(under.loss):
            text = f"in {half} the loss of the first batch is not finite, in full precision it is {full.loss:.4g}"
            yield Finding(Place(setting="autocast"), text)
        elif away > share and abs(under.loss - full.loss) > 4 * again:
            text = f"in {half} the loss of the first batch is {under.loss:.4g}, in full precision {full.loss:.4g}"
            yield Finding(Place(setting="autocast"), f"{text}: {away:.0%} apart (should be under {share:.0%})")


@half_precision_would_not_do.fires_on
def activations_beyond_the_largest_half() -> Facts:
    return {"tryouts": with_twins({"float16": NOT_FINITE, "bfloat16": 2.31})}


@half_precision_would_not_do.fires_on
def sums_that_lose_their_small_terms() -> Facts:
    return {"tryouts": with_twins({"bfloat16": 1.2})}


@half_precision_would_not_do.quiet_on
def rounded_as_usual() -> Facts:
    return {"tryouts": with_twins({"float16": 2.311, "bfloat16": 2.33})}


@half_precision_would_not_do.quiet_on
def not_finite_either_way() -> Facts:
    return {"tryouts": with_twins({"base": NOT_FINITE, "float16": NOT_FINITE})}
