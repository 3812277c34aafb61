"""What cuts the loss off from the weights: a tensor made anew from its number, `.detach()`, `no_grad` around the step."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from traindx.remedy.case import Case, Spot
from traindx.remedy.edit import Edit, removed, replaced
from traindx.remedy.expressions import called, dotted, receiver, targets, value_of
from traindx.remedy.script import Script

CAUSES = ("broken-graph",)
CUTS = ("item", "detach", "numpy", "tolist")


def edits(case: Case) -> Sequence[Edit]:
    """The first of them that is there, and there only once."""
    backward = case.at("backward")
    again = _made_anew(backward) if backward is not None else ()
    if again:
        return again
    for spot in case.places:
        found = [call for call in spot.calls if called(call) == "detach" and not call.args]
        if len(found) == 1:
            return (_attached(spot.script, found[0]),)
    forwards = [
        (script, function)
        for script in case.scripts
        for function in script.of(cst.FunctionDef)
        if function.name.value == "forward"
    ]
    cut = [(s, c) for s, f in forwards for c in s.of(cst.Call, f) if called(c) == "detach" and not c.args]
    return (_attached(*cut[0]),) if len(cut) == 1 else ()


def _attached(script: Script, call: cst.Call) -> Edit:
    inside = receiver(call)
    assert inside is not None
    return replaced(script, call, inside, "the gradient passes, nothing is detached")


def _made_anew(backward: Spot) -> Sequence[Edit]:
    """`loss = torch.tensor(loss.item(), requires_grad=True)` before `loss.backward()`."""
    script = backward.script
    losses = {dotted(receiver(call)) for call in backward.calls if called(call) == "backward"} - {""}
    for statement in script.of(cst.SimpleStatementLine, script.scope(backward.statement)):
        value = value_of(statement)
        own = losses & set(targets(statement))
        if not own or value is None:
            continue
        cuts = [c for c in script.of(cst.Call, value) if called(c) in CUTS and dotted(receiver(c)) in own]
        data = [a for a in script.of(cst.Attribute, value) if a.attr.value == "data" and dotted(a.value) in own]
        if cuts or data:
            return (removed(script, statement, "the loss keeps the graph that leads to the weights"),)
    return ()
