"""`optimizer.zero_grad()` where gradients are never cleared, or are cleared between backward and step."""

from __future__ import annotations

from collections.abc import Sequence

from traindx.remedy.case import Case
from traindx.remedy.edit import Edit, put_after, put_before

CAUSES = ("missing-zero-grad",)


def edits(case: Case) -> Sequence[Edit]:
    """Before the backward pass that the step follows in one block; else, as with accumulation, right after the step."""
    backward, step, name = case.at("backward"), case.at("step"), case.optimizer_name()
    if step is None or not name:
        return ()
    clear, why = f"{name}.zero_grad()", "gradients cleared once for each step"
    if backward is not None and backward.statement in step.block:
        return (put_before(backward.script, backward.statement, clear, why),)
    return (put_after(step.script, step.statement, clear, why),)
