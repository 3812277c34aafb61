"""Another learning rate where it is written out: in the optimizer's construction, a schedule's peak, an Ultralytics call."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from traindx.remedy.case import Case
from traindx.remedy.edit import Edit, replaced
from traindx.remedy.expressions import argument, called, number
from traindx.remedy.rate import factor_of
from traindx.remedy.script import Script
from traindx.remedy.written import literal

CAUSES = ("lr-too-high", "lr-too-low", "wrong-optimizer")
SCHEDULES = {"OneCycleLR": "max_lr", "CyclicLR": "max_lr"}


def edits(case: Case) -> Sequence[Edit]:
    """The rate times the factor that a trial or a range test found; without one, nothing."""
    factor, made = factor_of(case.diagnosis), case.optimizer_call()
    if factor is None:
        return ()
    found = [edit for script in case.scripts for edit in _of_schedules(script, factor)]
    if made is None:
        return found
    script, call = made
    rate = argument(call, "lr", 1)
    return [*_scaled(script, rate.value if rate is not None else None, factor), *found]


def _of_schedules(script: Script, factor: float) -> list[Edit]:
    found = []
    for call in script.of(cst.Call):
        peak = argument(call, SCHEDULES[called(call)], 1) if called(call) in SCHEDULES else None
        ultralytics = argument(call, "lr0") if called(call) == "train" else None
        for arg in (peak, ultralytics):
            found += _scaled(script, arg.value if arg is not None else None, factor)
    return found


def _scaled(script: Script, node: cst.BaseExpression | None, factor: float) -> list[Edit]:
    """The number where it is written."""
    place = literal(script, node)
    value = number(place)
    if place is None or value is None:
        return []
    new = f"{value * factor:.2g}"
    return [replaced(script, place, new, f"learning rate {script.written(place)} becomes {new}")]
