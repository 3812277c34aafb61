"""T011: a picture that the dataset names is not there."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.errors.example import raising
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.raised import PICTURE, Raised, raised_of, told_of
from traindx.core.recording import Recording

EMPTY = r"\) !\w*\.?empty\(\)"
NOTHING = r"'?NoneType'? object (has no attribute|is not subscriptable)"
ABSENT = r"^FileNotFoundError|No such file or directory|^NotADirectoryError"


@check("T011", level="error")
def picture_not_there(recording: Recording) -> Iterator[Finding | Measured]:
    """A picture that the dataset asked for does not exist.

    ## Why is this bad?
    The training ends when that sample's turn comes.

    ## How to fix
    The finding shows the path as it was asked for; a relative one is looked for from where the training was started. Compare it
    with a file that exists: a wrong root, a missing ending, another case of letters, or a list that is older than the folder.
    """
    raised = raised_of(recording)
    yield from told_of(raised if raised is not None and _is_absent(raised) else None)


def _is_absent(raised: Raised) -> bool:
    """Whether a picture's file was looked for in vain; OpenCV says only that it has nothing, and then the file must be known."""
    if raised.says(ABSENT):
        return bool(PICTURE.search(raised.words))
    in_a_folder = raised.picture is not None and "/" in raised.picture
    return in_a_folder and raised.there is False and raised.says(EMPTY, NOTHING)


@picture_not_there.fires_on
def pillow_looks_in_vain() -> Facts:
    return {"recording": raising("FileNotFoundError", "[Errno 2] No such file or directory: 'train/31.jpg'", sample=31)}


@picture_not_there.fires_on
def opencv_returned_nothing() -> Facts:
    words = "'NoneType' object has no attribute 'shape'"
    return {"recording": raising("AttributeError", words, file="train/31.jpg", there=False)}


@picture_not_there.quiet_on
def a_list_is_not_there() -> Facts:
    return {"recording": raising("FileNotFoundError", "[Errno 2] No such file or directory: 'train.csv'")}


@picture_not_there.quiet_on
def the_picture_is_there() -> Facts:
    words = "'NoneType' object has no attribute 'shape'"
    return {"recording": raising("AttributeError", words, file="train/31.jpg", there=True)}
