"""T030: a detector refused boxes whose second corner does not lie below and right of the first."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.errors.example import raising
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.raised import raised_of, told_of
from traindx.core.recording import Recording
from traindx.core.refused_box import refused_box


@check("T030", level="error")
def corners_in_wrong_order(recording: Recording, *, early: int = 3) -> Iterator[Finding | Measured]:
    """A detector that reads two corners was given a box that ends before it starts, within the first batches.

    ## Why is this bad?
    Such a detector stops here. Where it does not, the box has a negative size, and the logarithm of it is not a number.

    ## How to fix
    Most often the boxes are corner and size (x, y, width, height), as in COCO's files: `torchvision.ops.box_convert(boxes,
    "xywh", "xyxy")`. Otherwise sort the two corners.

    One that comes after more than `early` steps (a guess) is that of a single row, not of the whole set (T031).
    """
    raised = raised_of(recording)
    box = refused_box(raised)
    fits = raised is not None and box is not None and box.is_inverted and raised.step <= early
    yield from told_of(raised if fits else None)


def _refused(box: str, steps: int) -> Facts:
    words = f"All bounding boxes should have positive height and width. Found invalid box {box} for target at index 0."
    return {"recording": raising("AssertionError", words, steps=steps)}


@corners_in_wrong_order.fires_on
def corner_and_size() -> Facts:
    return _refused("[126.0, 40.0, 28.0, 28.0]", 0)


@corners_in_wrong_order.fires_on
def corner_and_size_of_a_wide_box_on_the_left() -> Facts:
    return _refused("[5.0, 40.0, 28.0, 30.0]", 1)


@corners_in_wrong_order.quiet_on
def a_box_without_width() -> Facts:
    return _refused("[12.0, 40.0, 12.0, 60.0]", 0)


@corners_in_wrong_order.quiet_on
def a_single_row_much_later() -> Facts:
    return _refused("[126.0, 40.0, 28.0, 60.0]", 200)
