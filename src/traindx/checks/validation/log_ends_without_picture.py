"""V481: the console log ends at a picture that is not there."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.errors.picture_not_there import EMPTY
from traindx.checks.validation.ended_like import ended_like
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.history import Ending, History, history_of

PATTERNS = (r"(FileNotFoundError|No such file or directory).*\.(jpe?g|png|bmp|tiff?|webp|gif)\b", EMPTY)


@check("V481", level="error", preview=True)
def log_ends_without_picture(history: History) -> Iterator[Finding | Measured]:
    """The console log ends at a picture that is not there, or for which OpenCV returned nothing.

    ## Why is this bad?
    The training ends when that sample's turn comes.

    ## How to fix
    Compare the path in the message with a file that exists: a wrong root, a missing ending, another case of letters, a list that is
    older than the folder. OpenCV does not tell whether a file is absent or broken; `traindx check DATA` does.
    """
    yield from ended_like(history, *PATTERNS)


def _ends(kind: str, message: str) -> Facts:
    ending = Ending(kind, message, 41, "train.py", 17)
    return {"history": history_of([{"train/loss": 2.0}], tool="a console log", ending=ending)}


@log_ends_without_picture.fires_on
def a_path_that_leads_nowhere() -> Facts:
    return _ends("FileNotFoundError", "[Errno 2] No such file or directory: 'train/31.jpg'")


@log_ends_without_picture.fires_on
def nothing_that_opencv_was_given() -> Facts:
    return _ends("error", "(-215:Assertion failed) !_src.empty() in function 'cvtColor'")


@log_ends_without_picture.quiet_on
def a_table() -> Facts:
    return _ends("FileNotFoundError", "[Errno 2] No such file or directory: 'train.csv'")
