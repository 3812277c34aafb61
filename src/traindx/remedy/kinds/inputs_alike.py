"""Training and validation given their pictures alike, where one of the two computes with them and the other does not."""

from __future__ import annotations

import re
from collections.abc import Sequence

import libcst as cst

from traindx.remedy.case import Case, Spot
from traindx.remedy.edit import Edit, put_before, removed, replaced
from traindx.remedy.expressions import dotted, number, targets, value_of
from traindx.remedy.script import Script

CAUSES = ("train-val-transform-mismatch",)
SAID = re.compile(r"(training|validation) is not divided by 255")


def edits(case: Case) -> Sequence[Edit]:
    """Which of the two is wrong the diagnosis says: what it computes alone is taken out; what it alone does not, is put in."""
    said = next((m for reason in case.diagnosis.because if (m := SAID.search(reason.text))), None)
    backward = case.at("backward")
    training = backward.script.loop(backward.statement) if backward is not None else None
    others = [spot for spot in case.places if backward is not None and spot.script is backward.script]
    if said is None or backward is None or training is None or not others:
        return ()
    script, validation = backward.script, _whole(others[0])
    wrong, right = (training, validation) if said[1] == "training" else (validation, training)
    words = "training and validation are given their pictures alike"
    own = [s for s in _computed(script, wrong) if not _again(script, s, right)]
    if own:
        return [removed(script, statement, words) for statement in own]
    wrapped = [
        call for call in script.of(cst.Call, wrong) if _is_model(case, call) and _arithmetic(script, call.args[0].value)
    ]
    if len(wrapped) == 1:
        name = next(iter(script.names(wrapped[0].args[0].value)))
        return (replaced(script, wrapped[0].args[0].value, name, words),)
    missing = [s for s in _computed(script, right) if not _again(script, s, wrong)]
    if len(missing) == 1 and isinstance(wrong, (cst.For, cst.While)) and wrong.body.body:
        first = wrong.body.body[0]
        if isinstance(first, cst.BaseStatement) and targets(missing[0])[0] in script.names(wrong):
            return (put_before(script, first, script.written(missing[0]), words),)
    return ()


def _whole(spot: Spot) -> cst.CSTNode:
    """The loop in which the named line stands, or the statement itself where that loop is the one over epochs."""
    loop = spot.script.loop(spot.statement)
    inside = spot.script.of(cst.For, loop) if loop is not None else []
    return loop if loop is not None and all(x is loop for x in inside) else spot.statement


def _computed(script: Script, where: cst.CSTNode) -> list[cst.SimpleStatementLine]:
    """`x = (x - 0.3) * 255`: a name computed from itself and numbers alone."""
    found = []
    for statement in script.of(cst.SimpleStatementLine, where):
        names, value = targets(statement), value_of(statement)
        if len(names) == 1 and value is not None and _arithmetic(script, value) and script.names(value) == set(names):
            found.append(statement)
    return found


def _arithmetic(script: Script, value: cst.BaseExpression) -> bool:
    """Whether an expression computes with one name and numbers alone."""
    if not isinstance(value, cst.BinaryOperation) or script.of(cst.Call, value) or len(script.names(value)) != 1:
        return False
    leaves = list(script.of(cst.BaseNumber, value))  # type: ignore[type-abstract]
    return bool(leaves) and all(number(leaf) is not None for leaf in leaves)


def _again(script: Script, statement: cst.SimpleStatementLine, where: cst.CSTNode) -> bool:
    """Whether the same is computed there too."""
    return script.written(statement) in {script.written(s) for s in script.of(cst.SimpleStatementLine, where)}


def _is_model(case: Case, call: cst.Call) -> bool:
    return bool(call.args) and dotted(call.func) == case.model_name() != ""
