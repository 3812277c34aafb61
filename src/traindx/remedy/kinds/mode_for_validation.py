"""`model.eval()` where validation begins, and `model.train()` behind it where nothing else sets that."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from traindx.remedy.case import Case, Spot
from traindx.remedy.edit import Edit, put_after, put_before
from traindx.remedy.expressions import called, dotted, receiver
from traindx.remedy.script import Script

CAUSES = ("left-in-train-mode",)
WHY = "validation runs in evaluation mode"


def edits(case: Case) -> Sequence[Edit]:
    """Around the `no_grad` block that the diagnosis names, or at the head of the function that has it as decorator."""
    for spot in case.places:
        outer = _quiet(spot)
        if outer is None:
            continue
        model = _model(case, spot.script, outer)
        if not model:
            continue
        again = () if _set_again(case, model) else (put_after(spot.script, outer, f"{model}.train()", WHY),)
        if isinstance(outer, cst.FunctionDef):
            body = [s for s in outer.body.body if isinstance(s, cst.BaseStatement) and not _is_text(s)]
            return (put_before(spot.script, body[0], f"{model}.eval()", WHY),) if body and not again else ()
        return (put_before(spot.script, outer, f"{model}.eval()", WHY), *again)
    return ()


def _quiet(spot: Spot) -> cst.CSTNode | None:
    """The outermost `with torch.no_grad():` around a statement, or the function that is decorated so."""
    script, found = spot.script, None
    for node in (spot.statement, *script.around(spot.statement)):
        if isinstance(node, cst.With) and any(_is_quiet(script.written(item)) for item in node.items):
            found = node
        if isinstance(node, cst.FunctionDef):
            quiet = any(_is_quiet(script.written(d.decorator)) for d in node.decorators)
            return node if quiet and found is None else found
    return found


def _is_quiet(words: str) -> bool:
    return "no_grad" in words or "inference_mode" in words


def _model(case: Case, script: Script, block: cst.CSTNode) -> str:
    """What is called in the block that is also the model elsewhere; a parameter of the function that has its name."""
    name = case.model_name()
    used = {dotted(c.func) for c in script.of(cst.Call, block)} | {
        dotted(receiver(c)) for c in script.of(cst.Call, block)
    }
    return name if name and name in used else ""


def _set_again(case: Case, model: str) -> bool:
    """Whether the training loop sets its mode each epoch: between the loop over epochs and the one over batches."""
    backward = case.at("backward")
    if backward is None:
        return False
    script = backward.script
    batches = script.loop(backward.statement)
    epochs = script.nearest(batches, cst.For, cst.While, cst.FunctionDef) if batches is not None else None
    where = epochs if epochs is not None else script.tree
    calls = script.of(cst.Call, where)
    return any(called(c) == "train" and dotted(receiver(c)) == model for c in calls)


def _is_text(statement: cst.CSTNode) -> bool:
    first = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) and statement.body else None
    return isinstance(first, cst.Expr) and isinstance(first.value, (cst.SimpleString, cst.ConcatenatedString))
