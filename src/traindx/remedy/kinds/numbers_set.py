"""Numbers of an optimizer, a layer or a clip that are far from any that works, set to the usual ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import libcst as cst

from traindx.remedy.case import Case
from traindx.remedy.edit import Edit, replaced
from traindx.remedy.expressions import argument, called, number, targets, value_of
from traindx.remedy.script import Script
from traindx.remedy.written import literal


@dataclass(frozen=True)
class Usual:
    """`argument` (at `position`) of calls named `callee`, wrong where it is outside `low`..`high`; `value` is usual."""

    callee: tuple[str, ...]
    argument: str
    low: float
    high: float
    value: str
    position: int | None = None
    attribute: bool = False


OPTIMIZERS = ("SGD", "RMSprop", "Adam", "AdamW", "Adagrad", "NAdam", "RAdam", "Adadelta")
NORMS = ("BatchNorm1d", "BatchNorm2d", "BatchNorm3d", "SyncBatchNorm")
USUAL = {
    "momentum-too-high": Usual(OPTIMIZERS, "momentum", 0, 0.99, "0.9"),
    "weight-decay-too-high": Usual(OPTIMIZERS, "weight_decay", 0, 0.1, "1e-4"),
    "clip-too-tight": Usual(("clip_grad_norm_",), "max_norm", 0.1, float("inf"), "1.0", 1),
    "dropout-too-high": Usual(("Dropout", "Dropout1d", "Dropout2d", "dropout"), "p", 0, 0.8, "0.2", 0),
    "batchnorm-stats-stale": Usual(NORMS, "momentum", 0.001, 1, "0.1", 2, attribute=True),
}
"""0.9 for momentum, 0.1 for batch norms and 1e-4 for decay are torch's or its examples' (docs.pytorch.org); 1.0 and 0.2 are
usual, and a guess. AdamW's decay acts apart from the gradient and is usually larger: torch's default is 0.01."""
CAUSES = tuple(USUAL)


def edits(case: Case) -> Sequence[Edit]:
    """Every such number that is written out and outside of the range."""
    usual = USUAL[case.diagnosis.cause]
    found: list[Edit] = []
    for script in case.scripts:
        for call in script.of(cst.Call):
            position = usual.position - (called(call) == "dropout") if usual.position is not None else None
            arg = argument(call, usual.argument, 1 if called(call) == "dropout" else position)
            place = literal(script, arg.value) if called(call) in usual.callee and arg is not None else None
            if place is not None and _outside(usual, place):
                value = "0.01" if called(call) == "AdamW" and usual.argument == "weight_decay" else usual.value
                found.append(_set(script, place, value, usual.argument))
        if usual.attribute:
            found += _attributes(script, usual)
    return found


def _attributes(script: Script, usual: Usual) -> list[Edit]:
    """`m.momentum = 0.0`."""
    made = []
    for statement in script.of(cst.SimpleStatementLine):
        value = value_of(statement)
        named = any(name.endswith(f".{usual.argument}") for name in targets(statement))
        if named and value is not None and _outside(usual, value):
            made.append(_set(script, value, usual.value, usual.argument))
    return made


def _outside(usual: Usual, node: cst.BaseExpression) -> bool:
    value = number(node)
    return value is not None and not usual.low <= value <= usual.high


def _set(script: Script, node: cst.BaseExpression, value: str, name: str) -> Edit:
    return replaced(script, node, value, f"{name} {script.written(node)} becomes {value}")
