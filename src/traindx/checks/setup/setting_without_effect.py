"""S129: a setting that another one leaves without effect."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.setup.example import asking
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.setup import Setup


@check("S129", level="note")
def setting_without_effect(setup: Setup) -> Iterator[Finding | Measured]:
    """A setting is asked for that another one leaves without effect: mosaic with rect, epochs with time, cos_lr with lrf=1.

    ## Why is this bad?
    It is legal; what was asked for does not happen.

    ## How to fix
    Leave one of the two out. `rect` loads pictures in order of their shape, without shuffling, mosaic and mixup; `time` in
    hours replaces `epochs`; a `dropout` is read by classifiers alone; with `lrf=1` no schedule moves.
    """
    if setup.trainer != "ultralytics":
        raise NotEnough("no settings of Ultralytics were asked for")
    pairs = [(name, other) for name, other in _pairs(setup) if name in setup.asked]
    yield Measured("settings without effect", len(pairs), f"0 of {len(setup.asked)}")
    for name, why in pairs:
        yield Finding(setup.place(name), f"{name}={setup.asked[name].value} has no effect: {why}")


def _pairs(setup: Setup) -> Iterator[tuple[str, str]]:
    if setup.value("rect") is True:
        yield from ((name, "rect=True") for name in ("mosaic", "mixup") if (setup.number(name) or 0) > 0)
    if (setup.number("time") or 0) > 0:
        yield "epochs", f"time={setup.value('time')} decides"
    if setup.value("lrf") == 1 and setup.value("cos_lr") is True:
        yield "cos_lr", "lrf=1"
    classify = "classify" in setup.command or str(setup.value("model")).endswith(("-cls.pt", "-cls.yaml"))
    if (setup.number("dropout") or 0) > 0 and not classify and "detect" in setup.command:
        yield "dropout", "it is read by classifiers alone"


@setting_without_effect.fires_on
def mosaic_of_rectangular_batches() -> Facts:
    return asking(rect=True, mosaic=1.0)


@setting_without_effect.quiet_on
def rectangular_batches_alone() -> Facts:
    return asking(rect=True, epochs=10)
