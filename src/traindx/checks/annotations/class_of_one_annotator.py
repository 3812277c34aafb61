"""D516: objects or pictures to which two annotations give different classes."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.agreement import Agreement, Disagreement
from traindx.core.check import Facts, check
from traindx.core.compared_examples import compared_cells
from traindx.core.compared_findings import class_in, disagreements
from traindx.core.finding import Finding, Measured


@check("D516", level="warning")
def class_of_one_annotator(agreement: Agreement) -> Iterator[Finding | Measured]:
    """Two annotations of the same pictures give the same object, or the same picture, different classes.

    Classes are matched by name, without regard to case and to signs other than letters and digits.

    ## Why is this bad?
    One of the two is wrong, or the classes overlap: no model can be better than their definition.

    ## How to fix
    Correct the wrong one. Where many pairs are of the same two classes, sharpen what tells them apart, or merge them.
    """
    count = sum(d.kind == "other-class" for d in agreement.disagreements)
    yield Measured("objects with two classes", count, "0")

    def message(one: Disagreement) -> str:
        overlap = f" (IoU {one.iou:.2f})" if one.iou == one.iou else ""
        return f"{class_in(agreement.a, one.a)} in A, {class_in(agreement.b, one.b)} in B{overlap}"

    yield from disagreements(agreement, ("other-class",), message)


@class_of_one_annotator.fires_on
def a_round_cell_that_b_calls_flat() -> Facts:
    return compared_cells(renamed=[4])


@class_of_one_annotator.quiet_on
def the_same_classes_in_other_letters() -> Facts:
    return compared_cells()
