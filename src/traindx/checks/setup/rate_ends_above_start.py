"""S141: the schedule that is asked for ends above its start."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.setup.example import asking
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.setup import Setup


@check("S141", level="warning")
def rate_ends_above_start(setup: Setup) -> Iterator[Finding | Measured]:
    """`lrf` is above 1: the rate rises from its start to the end of the training.

    ## Why is this bad?
    `lrf` is the last rate as a fraction of the first, `lr0 * lrf`, not the last rate itself. A rate that rises ends the
    training at its most unstable.

    ## How to fix
    0.01 to 0.1.
    """
    fraction = setup.number("lrf")
    if not setup.trainer or "lrf" not in setup.asked or fraction is None:
        raise NotEnough("no end of the schedule is asked for")
    yield Measured("last rate over first", fraction, "1 at most")
    if fraction > 1:
        yield Finding(
            setup.place("lrf"), f"lrf={fraction:g}: the rate ends at {fraction:g} times its start, usual is 0.01"
        )


@rate_ends_above_start.fires_on
def ten_times_the_start() -> Facts:
    return asking("yolov5", lrf=10.0)


@rate_ends_above_start.quiet_on
def a_hundredth() -> Facts:
    return asking("yolov5", lrf=0.01)
