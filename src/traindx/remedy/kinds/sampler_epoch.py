"""`sampler.set_epoch(epoch)` at the beginning of every epoch."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from traindx.remedy.case import Case
from traindx.remedy.edit import Edit, put_before
from traindx.remedy.expressions import called, dotted, targets

CAUSES = ("sampler-epoch-not-set",)


def edits(case: Case) -> Sequence[Edit]:
    """For the only DistributedSampler that has a name, in the loop over epochs, whose variable must be plain."""
    backward = case.at("backward")
    batches = backward.script.loop(backward.statement) if backward is not None else None
    if backward is None or batches is None:
        return ()
    script, epochs = backward.script, backward.script.loop(batches)
    made = [
        name
        for s in script.of(cst.SimpleStatementLine)
        if any(called(c) == "DistributedSampler" for c in script.of(cst.Call, s))
        for name in targets(s)
    ]
    if len(made) != 1 or not isinstance(epochs, cst.For) or not isinstance(epochs.target, cst.Name):
        return ()
    if not isinstance(batches, cst.For) or batches not in script.block(batches):
        return ()
    first = script.block(batches)[0]
    code = f"{made[0]}.set_epoch({dotted(epochs.target)})"
    return (put_before(script, first, code, "each epoch has an order of its own"),)
