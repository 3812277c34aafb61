"""T033: a detector refused a box without width or height."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.errors.example import raising
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.raised import raised_of, told_of
from traindx.core.recording import Recording
from traindx.core.refused_box import refused_box


@check("T033", level="error")
def box_without_area_refused(recording: Recording, *, early: int = 3) -> Iterator[Finding | Measured]:
    """A detector was given a box without width or height, or, after many good ones, one that ends before it starts.

    ## Why is this bad?
    Such a detector stops here. Where it does not, the logarithm of the size is not finite, and neither is the loss.

    ## How to fix
    Drop such boxes where the targets are made (`keep = (boxes[:, 2:] > boxes[:, :2]).all(1)`), also after cropping and
    resizing. A picture without objects has boxes of shape (0, 4), not one box of zeros. `traindx check` names the rows.
    """
    raised = raised_of(recording)
    box = refused_box(raised)
    fits = raised is not None and box is not None and (not box.is_inverted or raised.step > early)
    yield from told_of(raised if fits else None)


def _refused(box: str, steps: int) -> Facts:
    words = f"All bounding boxes should have positive height and width. Found invalid box {box} for target at index 0."
    return {"recording": raising("AssertionError", words, steps=steps)}


@box_without_area_refused.fires_on
def a_box_without_width() -> Facts:
    return _refused("[12.0, 40.0, 12.0, 60.0]", 0)


@box_without_area_refused.fires_on
def zeros_for_a_picture_without_objects() -> Facts:
    return _refused("[0.0, 0.0, 0.0, 0.0]", 40)


@box_without_area_refused.fires_on
def a_single_row_much_later() -> Facts:
    return _refused("[126.0, 40.0, 28.0, 60.0]", 200)


@box_without_area_refused.quiet_on
def corner_and_size() -> Facts:
    return _refused("[126.0, 40.0, 28.0, 28.0]", 0)
