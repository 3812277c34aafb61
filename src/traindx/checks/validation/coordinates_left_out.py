"""V493: the scan of a split left many labels out because their coordinates are above 1."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.validation.left_out import OUTSIDE, told_of
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.history import History, LeftOut, history_of


@check("V493", level="error", preview=True)
def coordinates_left_out(history: History, *, share: float = 0.1) -> Iterator[Finding | Measured]:
    """The console log tells of many pictures that were left out because coordinates of their labels are not within 0 to 1.

    ## Why is this bad?
    Ultralytics and YOLOv5 leave a picture out with all its boxes and train on the rest, which may be next to nothing. The rest is
    wrong as well where small boxes in pixels happen to pass.

    ## How to fix
    Divide x and width by the picture's width, y and height by its height; where the numbers are just above 1, clip them.
    `traindx check DATA` names the rows, and `--fix` repairs a copy. Delete `*.cache` after the repair.

    A tenth of a split (`share`) is a guess; single files that are left out are usual.
    """
    yield from told_of(history, share, OUTSIDE)


def _scan(corrupt: int, reason: str) -> Facts:
    left_out = (LeftOut("train", 800, corrupt, reason),)
    return {"history": history_of([{"train/box": 1.0}], tool="a console log", left_out=left_out)}


@coordinates_left_out.fires_on
def coordinates_in_pixels() -> Facts:
    return _scan(800, "non-normalized or out of bounds coordinates")


@coordinates_left_out.quiet_on
def three_boxes_that_rounding_made_too_wide() -> Facts:
    return _scan(3, "non-normalized or out of bounds coordinates")


@coordinates_left_out.quiet_on
def rows_of_four_numbers() -> Facts:
    return _scan(640, "labels require 5 columns, 4 columns detected")
