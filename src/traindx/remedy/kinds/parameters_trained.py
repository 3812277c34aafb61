"""`requires_grad = False` for weights that nobody had trained before."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from traindx.remedy.case import Case
from traindx.remedy.edit import Edit, removed
from traindx.remedy.expressions import called, targets, value_of
from traindx.remedy.script import Script

CAUSES = ("frozen-parameters",)
WHY = "the layers are trained"


def edits(case: Case) -> Sequence[Edit]:
    """The only statement that freezes, with the loop that holds nothing else."""
    found = [(script, s) for script in case.scripts for s in script.of(cst.SimpleStatementLine) if _freezes(script, s)]
    if len(found) != 1:
        return ()
    return (removed(found[0][0], whole(*found[0]), WHY),)


def _freezes(script: Script, statement: cst.SimpleStatementLine) -> bool:
    value = value_of(statement)
    if any(name.endswith(".requires_grad") for name in targets(statement)):
        return isinstance(value, cst.Name) and value.value == "False"
    if isinstance(value, cst.Call) and called(value) == "requires_grad_":
        return [script.written(arg.value) for arg in value.args] == ["False"]
    return False


def whole(script: Script, statement: cst.CSTNode) -> cst.CSTNode:
    """The statement with the loops, branches and blocks around it that hold nothing else."""
    for above in script.around(statement):
        if isinstance(above, cst.IndentedBlock) and len(above.body) == 1:
            holder = script.parent(above)
            if isinstance(holder, (cst.For, cst.With)) or (isinstance(holder, cst.If) and holder.orelse is None):
                statement = holder
                continue
            return statement
        if above is not statement:
            return statement
    return statement
