"""S136: SGD is asked for with a rate far from those that recipes use."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.setup.example import call, calling
from traindx.core.asked_optimizer import optimizers_of
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.setup import Setup

RAISING = (
    "LambdaLR",
    "MultiplicativeLR",
    "ExponentialLR",
    "CyclicLR",
    "OneCycleLR",
    "LinearLR",
    "SequentialLR",
    "lr_find",
)
"""Schedules that may begin with a rate far from the one that is meant."""


@check("S136", level="note")
def rate_unusual_for_sgd(setup: Setup, *, low: float = 5e-4, high: float = 10.0) -> Iterator[Finding | Measured]:
    """SGD is asked for with a rate that recipes of SGD do not have, and that Adam would have.

    ## Why is this bad?
    It is legal: a loss that is summed wants a small rate. With a loss that is averaged SGD hardly moves at a rate of Adam.

    ## How to fix
    0.01 to 0.1 with momentum 0.9.

    Reported where the rate times 1 / (1 - momentum) is under `low` or over `high` (guesses).
    """
    raised = any(setup.text.called(*RAISING))
    judged = [o for o in optimizers_of(setup) if o.kind == "sgd" and o.rate and o.lead and not raised]
    if not judged:
        raise NotEnough("no rate of SGD can be read")
    for asked in judged:
        effective = (asked.rate or 0.0) / max(1e-6, 1 - (asked.momentum or 0.0))
        yield Measured("rate / (1 - momentum) of SGD", effective, f"{low:g} to {high:g}")
        if not low <= effective <= high:
            text = f"SGD with a rate of {asked.rate:g} and momentum {asked.momentum or 0:g}, usual are 0.01 to 0.1"
            yield Finding(asked.place, text)


@rate_unusual_for_sgd.fires_on
def a_rate_of_adam() -> Facts:
    return calling(call("torch.optim.SGD", lr=3e-5, momentum=0.9))


@rate_unusual_for_sgd.quiet_on
def fine_tuning() -> Facts:
    return calling(call("torch.optim.SGD", lr=1e-3, momentum=0.9))


@rate_unusual_for_sgd.quiet_on
def large_batches() -> Facts:
    return calling(call("torch.optim.SGD", lr=1.0, momentum=0.875))
