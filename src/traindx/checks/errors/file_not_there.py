"""T012: a file that is no picture is not there."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.errors.example import raising
from traindx.checks.errors.picture_not_there import ABSENT
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.raised import PICTURE, raised_of, told_of
from traindx.core.recording import Recording

FOLDER = r"Couldn't find any class folder|Found no valid file|Dataset '.*' (images )?not found|(?<!\S)(?:(?!::)\S)+ does not exist"
"""Without an operator of a library that does not exist, such as `torchvision::nms`."""


@check("T012", level="error")
def file_not_there(recording: Recording) -> Iterator[Finding | Measured]:
    """A folder, list, table or checkpoint that the program opens does not exist.

    ## Why is this bad?
    The training cannot begin or go on.

    ## How to fix
    The finding shows the path as it was asked for; a relative one is looked for from where the training was started, not from
    where the script lies: `Path(__file__).parent / "data"` does not depend on that.
    """
    raised = raised_of(recording)
    fits = raised is not None and (
        (raised.says(ABSENT) and not PICTURE.search(raised.words))
        or raised.says(f"^(FileNotFoundError|RuntimeError): .*({FOLDER})")
    )
    yield from told_of(raised if fits else None)


@file_not_there.fires_on
def a_folder_of_classes() -> Facts:
    return {"recording": raising("FileNotFoundError", "[Errno 2] No such file or directory: 'data/train'", steps=0)}


@file_not_there.quiet_on
def a_picture() -> Facts:
    return {"recording": raising("FileNotFoundError", "[Errno 2] No such file or directory: 'train/31.jpg'")}


@file_not_there.quiet_on
def an_operator() -> Facts:
    return {"recording": raising("RuntimeError", "operator torchvision::nms does not exist")}


@file_not_there.quiet_on
def an_error_of_the_program() -> Facts:
    return {"recording": raising("ValueError", "learning rate must be positive")}
