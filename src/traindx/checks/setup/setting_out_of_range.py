"""S122: a setting has a value that the trainer refuses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from traindx.checks.setup.example import asking
from traindx.core.began import require_not_begun
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.recording import Recording
from traindx.core.setup import Setup

OTHERWISE = ("fraction", "optimizer")
"""Settings whose rule is another one than that of their kind."""


@check("S122", level="error")
def setting_out_of_range(setup: Setup, recording: Recording | None = None) -> Iterator[Finding | Measured]:
    """A setting of Ultralytics has a value that the installed version refuses: no number, outside 0 to 1, no known optimizer.

    ## Why is this bad?
    The training does not start: `check_cfg` and `build_optimizer` raise.

    ## How to fix
    Give a value of the kind named. Kinds and bounds are read from `ultralytics/cfg/__init__.py` of the environment that the
    command starts; a batch over several devices must be a multiple of their number (`BaseTrainer`).
    """
    require_not_begun(recording)
    kinds = setup.library.kinds
    judged = {k: a.value for k, a in setup.asked.items() if k in kinds or k in ("optimizer", "batch")}
    judged = {name: value for name, value in judged.items() if value is not None}
    if setup.trainer != "ultralytics" or not judged:
        raise NotEnough("no settings of an installed Ultralytics were asked for")
    found = {name: why for name, value in judged.items() if (why := _why(setup, name, value))}
    yield Measured("settings outside their range", len(found), f"0 of {len(judged)}")
    for name, why in found.items():
        yield Finding(setup.place(name), f"{name}={judged[name]} is refused by Ultralytics: {why}")


def _why(setup: Setup, name: str, value: Any) -> str:
    kind, least = setup.library.kinds.get(name, ""), setup.library.least.get(name)
    if name == "optimizer":
        known = setup.library.optimizers
        return f"it knows {', '.join(sorted(known))}" if known and str(value).lower() not in known else ""
    if name == "batch" and _devices(setup.value("device")) > 1:
        several = isinstance(value, int) and value > 0 and value % _devices(setup.value("device")) != 0
        return f"should be a multiple of the {_devices(setup.value('device'))} devices" if several else ""
    if name in OTHERWISE or kind in ("", "bool"):
        return ""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return "should be a number"
    if kind == "fraction" and not 0 <= value <= 1:
        return "should lie in 0..1"
    if kind == "int" and not float(value).is_integer():
        return "should be a whole number"
    return f"should be {least} at least" if least is not None and value < least else ""


def _devices(value: Any) -> int:
    if isinstance(value, list):
        return len(value)
    return len([part for part in str(value).split(",") if part.strip().isdigit()]) if isinstance(value, str) else 0


@setting_out_of_range.fires_on
def a_rate_of_two() -> Facts:
    return asking(lr0=2.0, epochs=10)


@setting_out_of_range.fires_on
def an_optimizer_that_is_not_there() -> Facts:
    return asking(optimizer="Lion")


@setting_out_of_range.fires_on
def a_batch_of_thirty_on_four_devices() -> Facts:
    return asking(batch=30, device="0,1,2,3")


@setting_out_of_range.quiet_on
def usual_values() -> Facts:
    return asking(lr0=0.001, epochs=10, optimizer="AdamW", batch=32, device="0,1")


@setting_out_of_range.quiet_on
def automatic_batch() -> Facts:
    return asking(batch=-1, box=7)
