"""V494: the scan of a split left many files out as corrupt, for another reason than coordinates and class ids."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.validation.left_out import told_of
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.history import History, LeftOut, history_of


@check("V494", level="error", preview=True)
def labels_left_out(history: History, *, share: float = 0.1) -> Iterator[Finding | Measured]:
    """The console log tells of many pictures that were left out as corrupt when the labels were scanned.

    ## Why is this bad?
    Ultralytics and YOLOv5 leave such pictures out and train on the rest, which may be next to nothing, or another mix of classes.

    ## How to fix
    The reason stands behind each of these lines: rows of another number of fields, negative values, pictures that cannot be
    decoded. `traindx check DATA` names the rows. Delete `*.cache` after the repair.

    A tenth of a split (`share`) is a guess; single files that are left out are usual.
    """
    yield from told_of(history, share, None)


def _scan(corrupt: int, reason: str) -> Facts:
    left_out = (LeftOut("train", 800, corrupt, reason),)
    return {"history": history_of([{"train/box": 1.0}], tool="a console log", left_out=left_out)}


@labels_left_out.fires_on
def rows_of_four_numbers() -> Facts:
    return _scan(640, "labels require 5 columns, 4 columns detected")


@labels_left_out.quiet_on
def two_broken_files() -> Facts:
    return _scan(2, "image file is truncated")


@labels_left_out.quiet_on
def coordinates_in_pixels() -> Facts:
    return _scan(800, "non-normalized or out of bounds coordinates")
