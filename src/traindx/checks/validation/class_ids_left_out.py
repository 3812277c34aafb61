"""V495: the scan of a split left many labels out because of their class ids."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.validation.left_out import CLASS_IDS, told_of
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.history import History, LeftOut, history_of


@check("V495", level="error", preview=True)
def class_ids_left_out(history: History, *, share: float = 0.1) -> Iterator[Finding | Measured]:
    """The console log tells of many pictures that were left out because a class id of theirs is beyond the names of the yaml.

    ## Why is this bad?
    Ultralytics and YOLOv5 leave a picture out with all its boxes and train on the rest, which holds the other classes alone.

    ## How to fix
    Count ids from 0, and name every class in the yaml. `traindx check DATA` names the rows. Delete `*.cache` after the repair.

    A tenth of a split (`share`) is a guess; single files that are left out are usual.
    """
    yield from told_of(history, share, CLASS_IDS)


def _scan(corrupt: int, reason: str) -> Facts:
    left_out = (LeftOut("train", 800, corrupt, reason),)
    return {"history": history_of([{"train/box": 1.0}], tool="a console log", left_out=left_out)}


@class_ids_left_out.fires_on
def ids_that_count_from_one() -> Facts:
    return _scan(640, "Label class exceeds nc= in data.yaml. Possible class labels are")


@class_ids_left_out.quiet_on
def two_files_of_an_older_list() -> Facts:
    return _scan(2, "Label class exceeds nc= in data.yaml. Possible class labels are")


@class_ids_left_out.quiet_on
def rows_of_four_numbers() -> Facts:
    return _scan(640, "labels require 5 columns, 4 columns detected")
