"""The scheduler's step moved out of the batch loop, or into it; and a scheduler given the optimizer that steps."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from traindx.remedy.case import Case, Spot
from traindx.remedy.edit import Edit, put_after, removed, replaced
from traindx.remedy.expressions import called, dotted, receiver

CAUSES = ("schedule-misapplied",)
SCHEDULERS = ("LR", "Restarts", "Plateau", "Scheduler")
EACH_BATCH, EACH_EPOCH = "T352", "T353"


def edits(case: Case) -> Sequence[Edit]:
    """As the check that saw it says: stepped after each batch, once an epoch, or made for another optimizer."""
    other = _of_another(case)
    if other:
        return other
    spot = next((s for s in (*case.places, case.at("scheduler")) if s is not None and _steps(s)), None)
    if spot is None:
        return ()
    if EACH_BATCH in case.codes:
        return _once_an_epoch(spot)
    step = case.at("step")
    if EACH_EPOCH in case.codes and step is not None and step.script is spot.script:
        return _each_batch(spot, step)
    return ()


def _steps(spot: Spot) -> list[cst.Call]:
    plain = isinstance(spot.statement, cst.SimpleStatementLine)
    return [c for c in spot.calls if called(c) == "step" and plain]


def _once_an_epoch(spot: Spot) -> Sequence[Edit]:
    script, statement, call = spot.script, spot.statement, _steps(spot)[0]
    inner, words = script.loop(statement), "the scheduler steps once an epoch"
    outer = script.loop(inner) if inner is not None else None
    if inner is None or outer is None:
        return ()
    name = dotted(receiver(call))
    again = [
        c
        for c in script.of(cst.Call, outer)
        if called(c) == "step" and dotted(receiver(c)) == name and inner not in [*script.around(c)]
    ]
    gone = removed(script, statement, words)
    if again:
        return (gone,)
    return () if call.args else (gone, put_after(script, inner, f"{name}.step()", words))


def _each_batch(spot: Spot, step: Spot) -> Sequence[Edit]:
    call, words = _steps(spot)[0], "the scheduler steps after each batch"
    if call.args or spot.script.scope(spot.statement) is not step.script.scope(step.statement):
        return ()
    moved = put_after(step.script, step.statement, spot.script.written(spot.statement), words)
    return removed(spot.script, spot.statement, words), moved


def _of_another(case: Case) -> Sequence[Edit]:
    """A scheduler whose first argument makes an optimizer of its own."""
    name = case.optimizer_name()
    for script in case.scripts if name else []:
        for call in script.of(cst.Call):
            first = call.args[0].value if call.args else None
            over = isinstance(first, cst.Call) and ".optim." in f".{dotted(first.func)}"
            if over and first is not None and called(call).endswith(SCHEDULERS):
                return (replaced(script, first, name, "the scheduler moves the rate of the optimizer that steps"),)
    return ()
