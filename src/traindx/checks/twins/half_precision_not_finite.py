"""B241: half precision makes a step not finite that is finite in full precision."""

from __future__ import annotations

import math
from collections.abc import Iterator

from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.tryout import Tryouts
from traindx.core.twins_examples import NOT_FINITE, with_twins


@check("B241", level="error")
def half_precision_not_finite(tryouts: Tryouts) -> Iterator[Finding | Measured]:
    """The loss of the first batch is not finite under autocast; with the same weights in full precision it is.

    ## Why is this bad?
    Half precision holds numbers up to 65504. What is larger becomes infinite, and everything behind it NaN; a loss scaler then
    leaves out step after step, or the weights are lost.

    ## How to fix
    Have the part that overflows run in full precision, use bfloat16, or scale the inputs. `traindx replay` names the operation.
    """
    twins = tryouts.twins
    base, full = (None, None) if twins is None else (twins.one("base", "first"), twins.one("full", "first"))
    if twins is None or base is None or full is None:
        raise NotEnough("needs twins of a step under autocast; run `traindx prove RUN --try twins`")
    yield Measured(f"loss in {twins.half}, in full precision", f"{base.loss:.4g}, {full.loss:.4g}", "both finite")
    if math.isfinite(full.loss) and not math.isfinite(base.loss):
        text = f"in {twins.half} the loss of the first batch is not finite, in full precision it is {full.loss:.4g}"
        yield Finding(Place(step=0, setting="autocast"), text)


@half_precision_not_finite.fires_on
def an_overflow() -> Facts:
    return {"tryouts": with_twins({"base": NOT_FINITE, "full": 2.3}, half="float16")}


@half_precision_not_finite.quiet_on
def rounded_as_usual() -> Facts:
    return {"tryouts": with_twins({"full": 2.305}, half="float16")}


@half_precision_not_finite.quiet_on
def not_finite_in_either() -> Facts:
    return {"tryouts": with_twins({"base": NOT_FINITE, "full": NOT_FINITE}, half="float16")}
