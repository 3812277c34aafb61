"""V480: the console log ends at a picture that cannot be read."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.errors.picture_not_read import PATTERNS as READING
from traindx.checks.errors.picture_not_there import EMPTY
from traindx.checks.validation.ended_like import ended_like
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.history import Ending, History, history_of

PATTERNS = tuple(pattern for pattern in READING if pattern != EMPTY)
"""Without what OpenCV says of nothing: that may also be a file that is not there."""


@check("V480", level="error", preview=True)
def log_ends_at_unreadable_picture(history: History) -> Iterator[Finding | Measured]:
    """The console log ends at a picture that could not be decoded.

    ## Why is this bad?
    One broken file ends the training whenever its turn comes; with shuffling at another step each time.

    ## How to fix
    Fetch the file again, or take it and its label out of the set. `traindx check DATA` finds all such files at once.
    """
    yield from ended_like(history, *PATTERNS)


def _ends(kind: str, message: str) -> Facts:
    ending = Ending(kind, message, 41, "train.py", 17)
    return {"history": history_of([{"train/loss": 2.0}], tool="a console log", ending=ending)}


@log_ends_at_unreadable_picture.fires_on
def a_cut_file() -> Facts:
    return _ends("OSError", "image file is truncated (12 bytes not processed)")


@log_ends_at_unreadable_picture.fires_on
def no_picture() -> Facts:
    return _ends("UnidentifiedImageError", "cannot identify image file 'a/1.jpg'")


@log_ends_at_unreadable_picture.quiet_on
def nothing_that_opencv_was_given() -> Facts:
    return _ends("error", "(-215:Assertion failed) !_src.empty() in function 'cvtColor'")
