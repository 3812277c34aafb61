"""V432: the console log ends at a class id that the model has no score for."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.validation.ended_like import ended_like
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.history import Ending, History, history_of

PATTERNS = (
    r"Target -?\d+ is out of bounds",
    r"t >= 0 && t < n_classes",
    r"cur_target >= 0",
    r"device-side assert triggered",
    r"Label class \d+ exceeds nc",
)


@check("V432", level="error", preview=True)
def log_ends_at_class_ids(history: History) -> Iterator[Finding | Measured]:
    """The console log ends with a target beyond the classes of the model.

    ## Why is this bad?
    The loss looks up the score of a class that has none. On a device the assert comes late, and at another line.

    ## How to fix
    Count ids from 0, and give the head as many outputs as there are classes. `traindx check DATA` names the ids of the labels.
    On a device, run once with `CUDA_LAUNCH_BLOCKING=1`, or on the CPU, to see the line.
    """
    yield from ended_like(history, *PATTERNS)


def _ends(kind: str, message: str) -> Facts:
    ending = Ending(kind, message, 41, "train.py", 17)
    return {"history": history_of([{"train/loss": 2.0}], tool="a console log", ending=ending)}


@log_ends_at_class_ids.fires_on
def a_class_too_many() -> Facts:
    return _ends("IndexError", "Target 10 is out of bounds.")


@log_ends_at_class_ids.fires_on
def a_device_side_assert() -> Facts:
    return _ends("RuntimeError", "CUDA error: device-side assert triggered")


@log_ends_at_class_ids.quiet_on
def an_index_of_a_list() -> Facts:
    return _ends("IndexError", "list index out of range")
