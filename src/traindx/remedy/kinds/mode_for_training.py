"""`model.train()` at the beginning of every epoch."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from traindx.remedy.case import Case
from traindx.remedy.edit import Edit, put_before, removed, replaced
from traindx.remedy.expressions import called, dotted, receiver

CAUSES = ("left-in-eval-mode",)
WHY = "training mode is set before the batches of each epoch"


def edits(case: Case) -> Sequence[Edit]:
    """Before the loop over batches; an `eval()` right there was meant to be it, and a `train()` outside moves in."""
    backward, model = case.at("backward"), case.model_name()
    batches = backward.script.loop(backward.statement) if backward is not None else None
    if backward is None or batches is None:
        return ()
    script, scope = backward.script, backward.script.scope(backward.statement)
    known = {dotted(c.func) for c in script.of(cst.Call, batches)} | {
        dotted(receiver(c)) for c in script.of(cst.Call, scope)
    }
    if not model or model not in known:
        return ()
    before = script.block(batches)[: script.block(batches).index(batches)]
    for call in (c for s in before if isinstance(s, cst.SimpleStatementLine) for c in script.of(cst.Call, s)):
        if called(call) == "eval" and dotted(receiver(call)) == model:
            return (replaced(script, call, f"{model}.train()", WHY),)
    moved = [
        removed(script, s, WHY)
        for s in script.of(cst.SimpleStatementLine, scope)
        if script.written(s) == f"{model}.train()" and script.loop(s) is None and script.loop(batches) is not None
    ]
    return (*moved, put_before(script, batches, f"{model}.train()", WHY))
