"""A loss that is summed, compares shapes that do not fit, or is one for classes where the targets are numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from traindx.remedy.case import Case
from traindx.remedy.edit import Edit, replaced
from traindx.remedy.expressions import argument, called

CAUSES = ("wrong-loss",)
COLUMN = re.compile(r"\[\d+, 1\]")
SUMS, BROADCASTS, NUMBERS = "T411", "broadcast", "numbers"


def edits(case: Case) -> Sequence[Edit]:
    """What the reasons of the diagnosis speak of decides."""
    said = " ".join(reason.text for reason in case.diagnosis.because)
    for spot in (*case.places, case.at("loss")):
        for call in spot.calls if spot is not None else []:
            assert spot is not None
            reduction = argument(call, "reduction")
            if SUMS in case.codes and reduction is not None and "sum" in spot.script.written(reduction.value):
                return (replaced(spot.script, reduction.value, '"mean"', "the loss is the mean over the batch"),)
            first = argument(call, "input", 0)
            if COLUMN.search(said) and called(call) in ("mse_loss", "l1_loss", "smooth_l1_loss") and first is not None:
                squeezed = f"{spot.script.written(first.value)}.squeeze(1)"
                return (replaced(spot.script, first.value, squeezed, "outputs and targets have one shape"),)
    return ()
