"""S142: a large batch with the rate of the nominal one."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.setup.example import asking
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.setup import Setup


@check("S142", level="note")
def rate_not_scaled_for_batch(setup: Setup, *, times: float = 4.0) -> Iterator[Finding | Measured]:
    """The batch is several times the nominal one of 64, and the rate is left as it is for that one.

    ## Why is this bad?
    It is legal. Ultralytics and YOLOv5 gather small batches up to `nbs`, and scale the weight decay of larger ones; the rate
    stays. With `times` (a guess) the nominal batch there are as many times fewer steps, each as long as before.

    ## How to fix
    More epochs, or a rate that grows with the batch (Goyal et al. 2017, linear scaling) with a longer warm-up.
    """
    batch, nominal = setup.number("batch"), setup.number("nbs") or 64.0
    if not setup.trainer or batch is None or batch < 1 or "batch" not in setup.asked:
        raise NotEnough("no batch size is asked for")
    yield Measured("batch over the nominal batch", batch / nominal, f"below {times:g}")
    if batch >= times * nominal and "lr0" not in setup.asked:
        yield Finding(
            setup.place("batch"),
            f"batch={batch:g} is {batch / nominal:g} times nbs={nominal:g}, and lr0 is left as it is",
        )


@rate_not_scaled_for_batch.fires_on
def five_hundred() -> Facts:
    return asking(batch=512)


@rate_not_scaled_for_batch.quiet_on
def a_hundred_and_twenty_eight() -> Facts:
    return asking(batch=128)
