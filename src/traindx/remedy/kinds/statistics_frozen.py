"""Batch norms whose weights are frozen kept in evaluation mode, so that their statistics stay too."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from traindx.remedy.case import Case
from traindx.remedy.edit import Edit, put_after
from traindx.remedy.expressions import called, dotted, receiver

CAUSES = ("frozen-batchnorm-drifts",)
CODE = """\
for module in {model}.modules():
    if "BatchNorm" in type(module).__name__ and not any(p.requires_grad for p in module.parameters()):
        module.eval()
"""


def edits(case: Case) -> Sequence[Edit]:
    """Right after `model.train()`, which is what sets them off."""
    spot = case.at("train") or next(iter(case.places), None)
    for call in spot.calls if spot is not None else []:
        model = dotted(receiver(call))
        if (
            spot is not None
            and called(call) == "train"
            and model
            and isinstance(spot.statement, cst.SimpleStatementLine)
        ):
            words = "frozen batch norms keep their statistics"
            return (put_after(spot.script, spot.statement, CODE.format(model=model), words),)
    return ()
