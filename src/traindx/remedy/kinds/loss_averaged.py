"""The loss divided by the number of batches whose gradients are added up before a step."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst
import numpy as np

from traindx.remedy.case import Case, Spot
from traindx.remedy.edit import Edit, replaced
from traindx.remedy.expressions import called, receiver

CAUSES = ("accumulation-not-averaged",)


def edits(case: Case) -> Sequence[Edit]:
    """`loss.backward()` becomes `(loss / n).backward()`, n as the step's condition names it, else as it was counted."""
    backward, step = case.at("backward"), case.at("step")
    passes = [calls.count("b") for calls in case.recording.calls]
    usual = int(np.median(passes)) if passes else 0
    if backward is None or step is None or usual < 2:
        return ()
    count = _named(step) or str(usual)
    for call in backward.calls:
        loss = receiver(call) if called(call) == "backward" else None
        if loss is not None:
            mean = cst.parse_expression(f"({backward.script.written(loss)} / {count})")
            return (replaced(backward.script, loss, mean, f"the loss is the mean over {usual} batches"),)
    return ()


def _named(step: Spot) -> str:
    """What the step's `if` takes the remainder by: `accumulate` of `if (i + 1) % accumulate == 0`."""
    branch = step.script.nearest(step.statement, cst.If)
    tests = step.script.of(cst.BinaryOperation, branch.test) if isinstance(branch, cst.If) else []
    by = [step.script.written(t.right) for t in tests if isinstance(t.operator, cst.Modulo)]
    return by[0] if len(by) == 1 else ""
