"""D518: pictures that one of two annotations lacks."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.agreement import Agreement
from traindx.core.check import Facts, check
from traindx.core.compared_examples import compared_cells
from traindx.core.finding import Finding, Measured, Place


@check("D518", level="note")
def picture_of_one_annotation(agreement: Agreement, *, listed: int = 50) -> Iterator[Finding | Measured]:
    """A picture is in one of the two annotations that are compared, and not in the other.

    Up to `listed` pictures of either are named. Agreement is measured over the pictures that both have.

    ## Why is this bad?
    It is not, if one of them is meant to hold more. Otherwise the agreement is that of a part.

    ## How to fix
    Compare the folders, or rename pictures so that both sets have the same names.
    """
    yield Measured("pictures in both", len(agreement.pictures_a), "all")
    for letter, names in (("A", agreement.only_a), ("B", agreement.only_b)):
        other = "B" if letter == "A" else "A"
        for i, name in enumerate(names[:listed]):
            more = f" (and {len(names) - listed:,} more)" if i == listed - 1 and len(names) > listed else ""
            yield Finding(Place(image=name), f"in {letter}, not in {other}{more}")


@picture_of_one_annotation.fires_on
def a_picture_that_b_lacks() -> Facts:
    return compared_cells(only_a=1)


@picture_of_one_annotation.quiet_on
def the_same_pictures() -> Facts:
    return compared_cells()
