"""The wrapper called, not the module inside of it: what DistributedDataParallel does for gradients happens there."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from traindx.remedy.case import Case
from traindx.remedy.edit import Edit, replaced
from traindx.remedy.expressions import dotted

CAUSES = ("ranks-diverged",)


def edits(case: Case) -> Sequence[Edit]:
    """`model.module(x)` in the loop of the backward pass."""
    backward = case.at("backward")
    loop = backward.script.loop(backward.statement) if backward is not None else None
    if backward is None or loop is None or "DistributedDataParallel" not in backward.script.text:
        return ()
    inside = [c.func for c in backward.script.of(cst.Call, loop) if dotted(c.func).endswith(".module")]
    words = "the wrapper is called, so that gradients are averaged over the ranks"
    return [replaced(backward.script, f, f.value, words) for f in inside if isinstance(f, cst.Attribute)]
