"""V482: the console log ends at a file or folder that is not there."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.errors.file_not_there import FOLDER
from traindx.checks.validation.ended_like import ended_like
from traindx.checks.validation.log_ends_without_picture import PATTERNS as PICTURES
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.history import Ending, History, history_of

ABSENT = r"FileNotFoundError|NotADirectoryError|No such file or directory"
PATTERNS = (
    rf"^(?!.*{PICTURES[0]})(?:\w+: .*)?(?:{ABSENT})",
    rf"^(?:FileNotFoundError|RuntimeError|AssertionError): .*(?:{FOLDER})",
)


@check("V482", level="error", preview=True)
def log_ends_without_file(history: History) -> Iterator[Finding | Measured]:
    """The console log ends at a folder, list, table or checkpoint that is not there.

    ## Why is this bad?
    The training cannot begin or go on.

    ## How to fix
    The message shows the path as it was asked for; a relative one is looked for from where the training was started. For
    Ultralytics it is `path` of the data's yaml, joined to `datasets_dir` of its settings.
    """
    yield from ended_like(history, *PATTERNS)


def _ends(kind: str, message: str) -> Facts:
    ending = Ending(kind, message, 41, "train.py", 17)
    return {"history": history_of([{"train/loss": 2.0}], tool="a console log", ending=ending)}


@log_ends_without_file.fires_on
def a_table() -> Facts:
    return _ends("FileNotFoundError", "[Errno 2] No such file or directory: 'train.csv'")


@log_ends_without_file.fires_on
def the_pictures_of_a_split() -> Facts:
    return _ends(
        "RuntimeError", "Dataset 'd.yaml' error Dataset 'd.yaml' images not found, missing path '/data/valid/images'"
    )


@log_ends_without_file.quiet_on
def a_picture() -> Facts:
    return _ends("FileNotFoundError", "[Errno 2] No such file or directory: 'train/31.jpg'")


@log_ends_without_file.quiet_on
def an_error_of_the_program() -> Facts:
    return _ends("ValueError", "learning rate must be positive")
