"""S101: a learning rate was asked for, and `optimizer=auto` replaces it."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.setup.example import asking
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.setup import Setup

OVERRIDDEN = ("lr0", "momentum")


@check("S101", level="warning")
def rate_overridden_by_auto_optimizer(setup: Setup) -> Iterator[Finding | Measured]:
    """The command sets `lr0` or `momentum` for Ultralytics and leaves `optimizer` at `auto`, which chooses its own.

    ## Why is this bad?
    The setting has no effect: runs with different rates are the same run, and a rate that is thought to be too high or too
    low is not the rate that was used.

    ## How to fix
    Name the optimizer: `optimizer=SGD lr0=0.01`, or leave `lr0` and `momentum` out.

    Source: `BaseTrainer.build_optimizer` of Ultralytics, which says in its log that it ignores both.
    """
    trains = any("train" in word for word in setup.command) or setup.trainer == "ultralytics"
    if setup.framework != "ultralytics" or not trains:
        return
    given = {**setup.settings, **{name: asked.value for name, asked in setup.asked.items()}}
    defaults = setup.library.defaults
    asked = [n for n in OVERRIDDEN if given.get(n) is not None and str(given[n]) != str(defaults.get(n))]
    named = given.get("optimizer") or defaults.get("optimizer") or "auto"
    ignored = asked if str(named).lower() == "auto" else []
    yield Measured("settings that optimizer=auto overrides", len(ignored), "0")
    for name in ignored:
        text = f"{name}={given[name]} was asked for, and optimizer=auto ignores it"
        yield Finding(setup.place(name), text, fix=f"add optimizer=SGD, or leave out {name}")


def _setup(*settings: str) -> Setup:
    pairs = dict(s.split("=", 1) for s in settings)
    return Setup(("yolo", "detect", "train", *settings), ".", "ultralytics", pairs)


@rate_overridden_by_auto_optimizer.fires_on
def rate_without_optimizer() -> Facts:
    return {"setup": _setup("lr0=0.0001")}


@rate_overridden_by_auto_optimizer.quiet_on
def rate_with_optimizer() -> Facts:
    return {"setup": _setup("lr0=0.0001", "optimizer=SGD")}


@rate_overridden_by_auto_optimizer.fires_on
def rate_of_a_script() -> Facts:
    return asking(lr0=0.001)


@rate_overridden_by_auto_optimizer.quiet_on
def rate_and_optimizer_of_a_script() -> Facts:
    return asking(lr0=0.001, optimizer="AdamW")
