"""V488: the console log ends at a box without area."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.validation.ended_like import ended_like
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.history import Ending, History, history_of

PATTERNS = (r"boxes should have positive height and width", r"[xy]_max is less than or equal to [xy]_min for bbox")


@check("V488", level="error", preview=True)
def log_ends_at_box_without_area(history: History) -> Iterator[Finding | Measured]:
    """The console log ends at a box without width or height, or one that ends before it starts.

    ## Why is this bad?
    Where a detector does not stop here, the logarithm of the size is not finite, and neither is the loss.

    ## How to fix
    Drop such boxes where the targets are made (`keep = (boxes[:, 2:] > boxes[:, :2]).all(1)`), also after cropping. If most
    boxes end before they start they are corner and size: `torchvision.ops.box_convert(boxes, 'xywh', 'xyxy')`.
    """
    yield from ended_like(history, *PATTERNS)


def _ends(kind: str, message: str) -> Facts:
    ending = Ending(kind, message, 41, "train.py", 17)
    return {"history": history_of([{"train/loss": 2.0}], tool="a console log", ending=ending)}


@log_ends_at_box_without_area.fires_on
def a_box_without_width() -> Facts:
    return _ends(
        "AssertionError",
        "All bounding boxes should have positive height and width. Found invalid box [1.0, 2.0, 1.0, 9.0]",
    )


@log_ends_at_box_without_area.quiet_on
def a_box_outside() -> Facts:
    return _ends(
        "ValueError", "Expected x_max for bbox (0.98, 0.2, 1.0003, 0.4) to be in the range [0.0, 1.0], got 1.0003."
    )
