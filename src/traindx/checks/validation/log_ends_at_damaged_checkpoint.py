"""V486: the console log ends at a checkpoint that cannot be read."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.errors.checkpoint_unreadable import PATTERNS as READING
from traindx.checks.validation.ended_like import ended_like
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.history import Ending, History, history_of

PATTERNS = tuple(pattern for pattern in READING if not pattern.startswith(("^EOFError", "pickle data")))
"""Without what a worker says that was not sent its dataset whole."""

CUT = ("pickle data was truncated", "^EOFError: Ran out of input")


@check("V486", level="error", preview=True)
def log_ends_at_damaged_checkpoint(history: History) -> Iterator[Finding | Measured]:
    """The console log ends at a checkpoint whose file is cut short, damaged, or something else.

    ## Why is this bad?
    The weights in it are lost, or were never there: a process was ended while it saved, a disk was full, or a download brought a
    page of text.

    ## How to fix
    Take an earlier checkpoint, or fetch the file again. Save to a temporary name and rename it afterwards.
    """
    ending = history.ending
    by_program = ending is not None and ending.path is not None
    yield from ended_like(history, *PATTERNS, *(CUT if by_program else ()))


def _ends(kind: str, message: str) -> Facts:
    ending = Ending(kind, message, 41, "train.py", 17)
    return {"history": history_of([{"train/loss": 2.0}], tool="a console log", ending=ending)}


@log_ends_at_damaged_checkpoint.fires_on
def killed_while_it_saved() -> Facts:
    return _ends("RuntimeError", "PytorchStreamReader failed reading zip archive: failed finding central directory")


@log_ends_at_damaged_checkpoint.quiet_on
def another_model() -> Facts:
    return _ends("RuntimeError", "Error(s) in loading state_dict for ResNet:")


@log_ends_at_damaged_checkpoint.quiet_on
def a_worker_that_was_cut_off() -> Facts:
    ending = Ending("UnpicklingError", "pickle data was truncated", 41)
    return {"history": history_of([], tool="a console log", ending=ending)}
