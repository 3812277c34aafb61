"""Activations that stand between the network and a loss that applies its own."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from traindx.remedy.case import Case
from traindx.remedy.edit import Edit, replaced
from traindx.remedy.expressions import called, dotted, receiver, targets, value_of, without
from traindx.remedy.script import Script

CAUSES = ("softmax-before-cross-entropy", "wrong-output-activation")
FUNCTIONS = ("softmax", "log_softmax", "sigmoid", "relu", "tanh")
SHAPES = ("squeeze", "flatten", "view", "reshape", "float")
LAYERS = ("Softmax", "LogSoftmax", "Sigmoid", "ReLU", "Tanh", "ReLU6")
SOFTMAX = ("Softmax", "LogSoftmax")
ONE_UNIT = "softmax over one unit"
"""How T407 says that a softmax has a single unit to choose from; over the batch it is taken out like any other."""


def edits(case: Case) -> Sequence[Edit]:
    """In the loss call's first argument, where that name is assigned, at the end of the only network that has one."""
    for spot in (*case.places, case.at("loss")):
        for call in spot.calls if spot is not None else []:
            script, first = (spot.script if spot else case.scripts[0]), call.args[0].value if call.args else None
            if first is None or not _is_loss(call):
                continue
            if (found := _taken_off(case, script, first)) is not None:
                return (found,)
            assigned = [
                s for s in script.of(cst.SimpleStatementLine, script.scope(call)) if dotted(first) in targets(s)
            ]
            values = [value for s in assigned if dotted(first) and (value := value_of(s)) is not None]
            made = [edit for value in values if (edit := _taken_off(case, script, value)) is not None]
            if made:
                return made
    return _of_network(case)


def _is_loss(call: cst.Call) -> bool:
    name = called(call).lower()
    return len(call.args) > 1 and ("loss" in name or "entropy" in name or "criterion" in name)


def _taken_off(case: Case, script: Script, expression: cst.BaseExpression) -> Edit | None:
    """The outermost activation of an expression removed; a softmax over one unit becomes a sigmoid."""
    while isinstance(expression, cst.Call) and called(expression) in SHAPES and receiver(expression) is not None:
        inner = receiver(expression)
        assert inner is not None
        expression = inner
    if not isinstance(expression, cst.Call) or called(expression) not in FUNCTIONS:
        return None
    of = receiver(expression)
    function = dotted(of).split(".")[-1] in ("torch", "F", "functional", "special") or of is None
    inside = expression.args[0].value if function and expression.args else of
    if inside is None:
        return None
    if any(ONE_UNIT in reason.text for reason in case.diagnosis.because):
        return replaced(script, expression, f"{script.written(inside)}.sigmoid()", "one unit is squashed by a sigmoid")
    return replaced(script, expression, inside, "the loss is given what the network gives")


def _of_network(case: Case) -> Sequence[Edit]:
    """The last layer of a `Sequential`, or what a `forward` returns, if only one place has an activation there."""
    found: list[Edit] = []
    for script in case.scripts:
        for call in script.of(cst.Call):
            last = call.args[-1] if called(call) == "Sequential" and call.args else None
            layer = called(last.value) if last is not None and isinstance(last.value, cst.Call) else ""
            if last is not None and layer in LAYERS and not _is_inside(script, call, layer):
                found.append(replaced(script, call, without(call, last), "the network ends without an activation"))
        for back in script.of(cst.Return):
            function = script.nearest(back, cst.FunctionDef)
            if isinstance(function, cst.FunctionDef) and function.name.value == "forward" and back.value is not None:
                edit = _taken_off(case, script, back.value)
                found += [edit] if edit is not None else []
    return found if len(found) == 1 else ()


def _is_inside(script: Script, call: cst.Call, last: str) -> bool:
    """Whether a network is part of another: inside its `Sequential`, or, but for a softmax, a member of a class."""
    around = list(script.around(call))
    block = last not in SOFTMAX and any(isinstance(node, cst.ClassDef) for node in around)
    return block or any(isinstance(node, cst.Call) and called(node) == "Sequential" for node in around)
