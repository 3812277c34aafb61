"""V487: the console log ends at a box outside its picture."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.validation.ended_like import ended_like
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.history import Ending, History, history_of

PATTERNS = (r"Expected [xy]_(min|max) for bbox .* to be in the range", r"bbox.*(must|should) be in (the range )?\[0")


@check("V487", level="error", preview=True)
def log_ends_at_box_outside(history: History) -> Iterator[Finding | Measured]:
    """The console log ends at a box that the augmentation refused because it leaves its picture.

    ## Why is this bad?
    One such row ends the training whenever its turn comes. Slightly above 1 it is rounding; far above 1 it is pixels.

    ## How to fix
    Clip the boxes to the picture where the targets are made (`A.BboxParams(..., clip=True)`), or round less when labels are
    written. `traindx check DATA` names the rows.
    """
    yield from ended_like(history, *PATTERNS)


def _ends(kind: str, message: str) -> Facts:
    ending = Ending(kind, message, 41, "train.py", 17)
    return {"history": history_of([{"train/loss": 2.0}], tool="a console log", ending=ending)}


@log_ends_at_box_outside.fires_on
def a_box_that_rounding_made_too_wide() -> Facts:
    return _ends(
        "ValueError", "Expected x_max for bbox (0.98, 0.2, 1.0003, 0.4, 3) to be in the range [0.0, 1.0], got 1.0003."
    )


@log_ends_at_box_outside.quiet_on
def a_box_without_width() -> Facts:
    return _ends("ValueError", "x_max is less than or equal to x_min for bbox (0.4, 0.2, 0.4, 0.5, 3).")
