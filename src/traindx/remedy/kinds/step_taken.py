"""`optimizer.step()` where it is missing, comes before the backward pass, or finds its gradients cleared."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from traindx.remedy.case import Case, Spot
from traindx.remedy.edit import Edit, put_after, put_before, removed
from traindx.remedy.expressions import called, dotted, receiver

CAUSES = ("missing-optimizer-step",)
BETWEEN = ("clip_grad_norm_", "clip_grad_value_", "unscale_", "backward")


def edits(case: Case) -> Sequence[Edit]:
    """What stands in the same block as the backward pass decides."""
    backward = case.at("backward")
    if backward is None:
        return ()
    clears, steps = _of(backward, "zero_grad"), _of(backward, "step")
    at, last = backward.block.index(backward.statement), _last(backward)
    step = case.at("step")
    if step is None:
        return _missing(case, backward, last) if not steps else ()
    if step.statement not in backward.block:
        return ()
    to = backward.block.index(step.statement)
    if to < at:
        code = step.script.written(step.statement)
        words = "the step comes after the backward pass"
        return removed(step.script, step.statement, words), put_after(step.script, last, code, words)
    between = [s for s in clears if at < backward.block.index(s) < to]
    if len(between) != 1:
        return ()
    words = "gradients are cleared before the backward pass, not after it"
    code = backward.script.written(between[0])
    return removed(backward.script, between[0], words), put_before(backward.script, backward.statement, code, words)


def _missing(case: Case, backward: Spot, last: cst.CSTNode) -> Sequence[Edit]:
    name = case.optimizer_name()
    if not name or name.split(".")[0] not in backward.script.names(backward.script.tree):
        return ()
    words = "the optimizer steps after each backward pass"
    for call in backward.calls:
        if called(call) == "backward" and isinstance(inner := receiver(call), cst.Call) and called(inner) == "scale":
            scaler = dotted(receiver(inner))
            update = put_after(backward.script, last, f"{scaler}.update()", words)
            return put_after(backward.script, last, f"{scaler}.step({name})", words), update
    return (put_after(backward.script, last, f"{name}.step()", words),)


def _of(spot: Spot, method: str) -> list[cst.CSTNode]:
    """The statements of a block that call a method."""
    return [s for s in spot.block if any(called(c) == method for c in spot.script.of(cst.Call, s))]


def _last(backward: Spot) -> cst.CSTNode:
    """The backward pass, or what unscales and clips right after it."""
    block = backward.block
    at = block.index(backward.statement)
    while at + 1 < len(block) and any(called(c) in BETWEEN for c in backward.script.of(cst.Call, block[at + 1])):
        at += 1
    return block[at]
