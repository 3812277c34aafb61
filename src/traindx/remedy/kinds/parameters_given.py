"""The whole model's parameters given to the optimizer, or a layer replaced before the optimizer is made and not after."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from traindx.remedy.case import Case
from traindx.remedy.edit import Edit, put_before, removed, replaced
from traindx.remedy.expressions import called, targets, value_of
from traindx.remedy.script import Script

CAUSES = ("optimizer-missing-parameters",)


def edits(case: Case) -> Sequence[Edit]:
    """`SGD(model.fc.parameters())` becomes `SGD(model.parameters())`; `model.fc = ...` below it moves above it."""
    made = case.optimizer_call()
    spot = case.at("optimizer")
    if made is None or spot is None:
        return ()
    script, call = made
    whole = [c for c in script.of(cst.Call, call) if called(c) in ("parameters", "named_parameters")]
    if len(whole) != 1 or not isinstance(whole[0].func, cst.Attribute):
        return ()
    base = _base(whole[0].func.value)
    if not isinstance(whole[0].func.value, cst.Name) and base is not None and _is_module(script, base):
        words = f"the optimizer holds all parameters of {base.value}"
        return (replaced(script, whole[0].func.value, base, words),)
    return _moved(script, spot.statement, base.value) if base is not None else ()


def _base(node: cst.CSTNode) -> cst.Name | None:
    """`model` of `model.fc`, `model[:4]` and `model.module.head`."""
    while isinstance(node, (cst.Attribute, cst.Subscript)):
        node = node.value
    return node if isinstance(node, cst.Name) else None


def _is_module(script: Script, name: cst.Name) -> bool:
    """Whether a name is called like a model somewhere; `self` is not."""
    return any(isinstance(c.func, cst.Name) and c.func.value == name.value for c in script.of(cst.Call))


def _moved(script: Script, optimizer: cst.BaseStatement, model: str) -> Sequence[Edit]:
    block = script.block(optimizer)
    if optimizer not in block:
        return ()
    at, found = block.index(optimizer), []
    known = {name for s in block[:at] for name in targets(s)}
    for statement in block[at + 1 :]:
        names, value = targets(statement), value_of(statement)
        replaces = [name for name in names if name.startswith(f"{model}.") and isinstance(value, cst.Call)]
        later = {n for s in block[at:] for n in targets(s)} - known
        if replaces and value is not None and not later & script.names(value):
            words = f"{replaces[0]} is replaced before the optimizer takes the parameters"
            found += [
                removed(script, statement, words),
                put_before(script, optimizer, script.written(statement), words),
            ]
    return found
