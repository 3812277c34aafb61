"""V485: the console log ends in a crash of the process."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.validation.ended_like import ended_like
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.history import Ending, History, history_of

PATTERNS = (r"^Killed: .*(Segmentation fault|Bus error|Aborted|SIGSEGV|SIGABRT)",)


@check("V485", level="error", preview=True)
def log_ends_in_crash(history: History) -> Iterator[Finding | Measured]:
    """The console log ends with the word that the process crashed: a segmentation fault, a bus error, an abort.

    ## Why is this bad?
    A library in C or C++ failed, and no Python exception says where.

    ## How to fix
    `python -X faulthandler train.py` prints the Python lines at that moment. Usual suspects: packages built for another version of
    PyTorch or CUDA, OpenCV in forked workers, a full `/dev/shm` (bus error).
    """
    yield from ended_like(history, *PATTERNS)


def _ends(kind: str, message: str) -> Facts:
    ending = Ending(kind, message, 41, "train.py", 17)
    return {"history": history_of([{"train/loss": 2.0}], tool="a console log", ending=ending)}


@log_ends_in_crash.fires_on
def a_segmentation_fault() -> Facts:
    return _ends("Killed", "Segmentation fault (core dumped)")


@log_ends_in_crash.quiet_on
def the_system_killed_it() -> Facts:
    return _ends("Killed", "run.sh: line 3: 1234 Killed")
