"""The minus before a loss that is to be minimised, and `maximize=True`."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from traindx.remedy.case import Case
from traindx.remedy.edit import Edit, replaced
from traindx.remedy.expressions import argument, called, dotted, receiver, targets, value_of, without

CAUSES = ("gradient-ascent",)
WHY = "the loss is minimised"


def edits(case: Case) -> Sequence[Edit]:
    """At the backward pass, in the construction of the optimizer, or where the loss is assigned from one call."""
    backward = case.at("backward")
    if backward is None:
        return ()
    script = backward.script
    calls = [call for call in backward.calls if called(call) == "backward"]
    for call in calls:
        for loss in (receiver(call), call.args[0].value if call.args else None):
            if isinstance(loss, cst.UnaryOperation) and isinstance(loss.operator, cst.Minus):
                return (replaced(script, loss, loss.expression.with_changes(lpar=(), rpar=()), WHY),)
    made = case.optimizer_call()
    if made is not None and (maximize := argument(made[1], "maximize")) is not None:
        return (replaced(made[0], made[1], without(made[1], maximize), WHY),)
    losses = {dotted(receiver(call)) for call in calls}
    assigned = [
        s for s in script.of(cst.SimpleStatementLine, script.scope(backward.statement)) if losses & {*targets(s)}
    ]
    values = [value_of(s) for s in assigned]
    negatives = [v for v in values if isinstance(v, cst.UnaryOperation) and isinstance(v.expression, cst.Call)]
    if len(values) == 1 and negatives and isinstance(negatives[0].operator, cst.Minus):
        return (replaced(script, negatives[0], negatives[0].expression, WHY),)
    return ()
