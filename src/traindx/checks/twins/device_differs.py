"""B243: the device computes another loss than the processor."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.tryout import Tryouts
from traindx.core.twins import differs
from traindx.core.twins_examples import with_twins


@check("B243", level="warning")
def device_differs(tryouts: Tryouts, *, share: float = 0.05) -> Iterator[Finding | Measured]:
    """The network gives the first batch another loss on the device than on the processor, with the same weights.

    ## Why is this bad?
    A kernel that is wrong on this device and build trains on wrong numbers, and nothing says so.

    ## How to fix
    Another version of torch, cuDNN or the driver; switch single kernels off (`torch.backends.cudnn.enabled = False`,
    `allow_tf32 = False`) to find the one.

    `share` is the part of the loss by which both may differ (a guess: TF32 rounds to a thousandth). Dropout draws other
    numbers on a device, so that a training with dropout is not judged.
    """
    twins = tryouts.twins
    found = None if twins is None else differs(twins, "processor")
    if twins is not None and found is None and twins.size:
        raise NotEnough("there is no other device here than the processor")
    if twins is None or found is None:
        raise NotEnough("needs twins of a training on a device; run `traindx prove RUN --try twins`")
    if twins.drops:
        raise NotEnough("dropout draws other numbers on a device than on the processor")
    away, again = found
    yield Measured(f"loss on {twins.device} and on the processor apart", round(away, 6), f"under {share:g}")
    if away > share and away > 10 * again:
        text = f"the loss of the first batch on {twins.device} and on the processor is {away:.0%} apart"
        yield Finding(Place(step=0, setting="device"), f"{text}; done again it is {again:.2%} apart")


@device_differs.fires_on
def another_loss() -> Facts:
    return {"tryouts": with_twins({"processor": 3.3}, device="cuda")}


@device_differs.quiet_on
def rounded_otherwise() -> Facts:
    return {"tryouts": with_twins({"processor": 2.312}, device="cuda")}


@device_differs.quiet_on
def a_step_that_is_never_the_same() -> Facts:
    return {"tryouts": with_twins({"processor": 2.5, "repeat": 2.45}, device="cuda")}
