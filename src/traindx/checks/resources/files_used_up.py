"""P104: too many files are open."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.errors.example import raising
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.raised import errors_like
from traindx.core.recording import Recording

PATTERNS = (
    r"Too many open files",
    r"received 0 items of ancdata",
    r"\[Errno (24|23)\]",
)


@check("P104", level="error")
def files_used_up(recording: Recording) -> Iterator[Finding | Measured]:
    """The process had as many files and pipes open as it may.

    ## Why is this bad?
    Each tensor that a worker sends may hold a file open, as may each picture that is opened and never closed.

    ## How to fix
    Open pictures by `with Image.open(path) as picture:`, keep no batches of workers in a list (copy what is kept), raise the
    limit by `ulimit -n 65535`, or `torch.multiprocessing.set_sharing_strategy("file_system")`.
    """
    yield from errors_like(recording, *PATTERNS)


@files_used_up.fires_on
def a_limit_of_1024() -> Facts:
    return {"recording": raising("OSError", "[Errno 24] Too many open files: 'train/1021.jpg'")}


@files_used_up.quiet_on
def a_file_is_missing() -> Facts:
    return {"recording": raising("FileNotFoundError", "[Errno 2] No such file or directory: 'train/1021.jpg'")}
