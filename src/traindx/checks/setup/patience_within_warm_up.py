"""S128: early stopping may end the training before its warm-up is over."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.setup.example import asking
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.setup import Setup


@check("S128", level="warning")
def patience_within_warm_up(setup: Setup) -> Iterator[Finding | Measured]:
    """`patience` is shorter than the warm-up: the run may be stopped before the rate has risen.

    ## Why is this bad?
    During the warm-up the metric hardly moves, and early stopping takes that for the end of learning.

    ## How to fix
    A patience well above the warm-up: 20 to 100 epochs. 0 switches early stopping off.
    """
    patience, warm = setup.number("patience"), setup.number("warmup_epochs")
    if "patience" not in setup.asked or patience is None or warm is None:
        raise NotEnough("no patience is asked for")
    yield Measured("patience", patience, f"above the warm-up of {warm:g} epochs, or 0")
    epochs = setup.number("epochs")
    if 0 < patience < warm and (epochs is None or epochs > patience + 1):
        yield Finding(
            setup.place("patience"), f"patience={patience:g} ends the run within its warm-up of {warm:g} epochs"
        )


@patience_within_warm_up.fires_on
def two_of_five() -> Facts:
    return asking(patience=2, warmup_epochs=5)


@patience_within_warm_up.quiet_on
def switched_off() -> Facts:
    return asking(patience=0)


@patience_within_warm_up.quiet_on
def twenty() -> Facts:
    return asking(patience=20)
