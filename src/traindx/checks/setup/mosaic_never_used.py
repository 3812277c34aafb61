"""S127: mosaic is asked for, and switched off for the whole training."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.setup.example import asking
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.setup import Setup


@check("S127", level="note")
def mosaic_never_used(setup: Setup) -> Iterator[Finding | Measured]:
    """`close_mosaic` switches mosaic off for as many epochs as the training has, although mosaic was asked for.

    ## Why is this bad?
    It is legal; the setting of mosaic has no effect.

    ## How to fix
    A smaller `close_mosaic`, or none (0).
    """
    closing, epochs = setup.number("close_mosaic"), setup.number("epochs")
    if closing is None or epochs is None or "epochs" not in setup.asked:
        raise NotEnough("the lengths of the training and of its end without mosaic are not known")
    yield Measured("epochs with mosaic", max(0.0, epochs - closing))
    asked = bool({"mosaic", "close_mosaic"} & setup.asked.keys()) and (setup.number("mosaic") or 0) > 0
    if asked and closing >= epochs and setup.value("rect") is not True:
        text = f"close_mosaic={closing:g} of {epochs:g} epochs: mosaic={setup.value('mosaic')} is never used"
        yield Finding(setup.place("close_mosaic"), text)


@mosaic_never_used.fires_on
def as_long_as_the_training() -> Facts:
    return asking(epochs=20, close_mosaic=20, mosaic=1.0)


@mosaic_never_used.quiet_on
def the_last_ten() -> Facts:
    return asking(epochs=100, mosaic=1.0)


@mosaic_never_used.quiet_on
def a_short_run_with_defaults() -> Facts:
    return asking(epochs=5)
