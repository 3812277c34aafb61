"""D517: objects that two annotations place so differently that their boxes hardly overlap."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.agreement import Agreement, Disagreement
from traindx.core.check import Facts, check
from traindx.core.compared_examples import compared_cells
from traindx.core.compared_findings import class_in, disagreements
from traindx.core.finding import Finding, Measured


@check("D517", level="warning")
def place_of_one_annotator(agreement: Agreement) -> Iterator[Finding | Measured]:
    """Two annotations have boxes of the same class that touch, IoU 0.1 to 0.5, and belong to nothing else.

    ## Why is this bad?
    One of the boxes is badly drawn, holds two objects or a part of one. At IoU 0.5 it counts as missed and as false at once.

    ## How to fix
    Look at the pictures, where both boxes are drawn, and draw the worse one again.
    """
    if agreement.a.task != "detect":
        return
    count = sum(d.kind == "badly-located" for d in agreement.disagreements)
    yield Measured("objects at two places", count, "0")
    yield Measured("mean IoU of boxes that agree", float(agreement.iou[-1]))

    def message(one: Disagreement) -> str:
        return (
            f"the {class_in(agreement.a, one.a)} of A and that of B overlap with IoU {one.iou:.2f}, should be above 0.5"
        )

    yield from disagreements(agreement, ("badly-located",), message)


@place_of_one_annotator.fires_on
def a_cell_drawn_elsewhere() -> Facts:
    return compared_cells(shifted=[2])


@place_of_one_annotator.quiet_on
def the_same_places() -> Facts:
    return compared_cells()
