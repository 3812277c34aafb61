"""D515: objects that one of two annotations has and the other lacks."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.agreement import Agreement, Disagreement
from traindx.core.check import Facts, check
from traindx.core.compared_examples import compared_cells
from traindx.core.compared_findings import class_in, disagreements
from traindx.core.finding import Finding, Measured


@check("D515", level="warning")
def object_of_one_annotator(agreement: Agreement) -> Iterator[Finding | Measured]:
    """Of two annotations of the same pictures, one has an object where the other has none.

    None means no box with an IoU of 0.5, nor one of the same class that touches it and belongs to nothing else.

    ## Why is this bad?
    One of them has overlooked the object, or drawn a box around nothing. Trained as background, it costs recall.

    ## How to fix
    Look at the pictures: boxes of either annotation are drawn with its letter. Agree on a rule for objects at the edge,
    half hidden or out of focus, then correct the annotation that breaks it.
    """
    if agreement.a.task != "detect":
        return
    for letter in ("a", "b"):
        count = sum(d.kind == f"only-{letter}" for d in agreement.disagreements)
        yield Measured(f"objects in {letter.upper()} alone", count, "0")

    def message(one: Disagreement) -> str:
        if one.a >= 0:
            return f"A has a {class_in(agreement.a, one.a)} here, B has nothing"
        return f"B has a {class_in(agreement.b, one.b)} in this picture, A has nothing there"

    yield from disagreements(agreement, ("only-a", "only-b"), message)


@object_of_one_annotator.fires_on
def a_cell_that_b_lacks() -> Facts:
    return compared_cells(lacking=[4])


@object_of_one_annotator.quiet_on
def the_same_cells_in_both() -> Facts:
    return compared_cells()


@object_of_one_annotator.quiet_on
def a_cell_drawn_elsewhere() -> Facts:
    return compared_cells(shifted=[2])
