"""V437: the console log ends where shared memory, files or the disk are used up."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.resources.disk_used_up import PATTERNS as DISK
from traindx.checks.resources.files_used_up import PATTERNS as FILES
from traindx.checks.resources.shared_memory_used_up import PATTERNS as SHARED
from traindx.checks.validation.ended_like import ended_like
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.history import Ending, History, history_of

PATTERNS = (*DISK, *FILES, *SHARED)


@check("V437", level="error", preview=True)
def log_ends_out_of_resources(history: History) -> Iterator[Finding | Measured]:
    """The console log ends where shared memory, open files or the disk are used up.

    ## Why is this bad?
    The run is over, and the checkpoint that was being written may be cut.

    ## How to fix
    Disk: keep fewer checkpoints, write them elsewhere. Shared memory: `--shm-size`, or fewer workers. Files: raise `ulimit -n`.
    """
    yield from ended_like(history, *PATTERNS)


def _ends(kind: str, message: str) -> Facts:
    ending = Ending(kind, message, 41, "train.py", 17)
    return {"history": history_of([{"train/loss": 2.0}], tool="a console log", ending=ending)}


@log_ends_out_of_resources.fires_on
def the_disk_is_full() -> Facts:
    return _ends("OSError", "[Errno 28] No space left on device")


@log_ends_out_of_resources.quiet_on
def the_device_is_full() -> Facts:
    return _ends("OutOfMemoryError", "CUDA out of memory. Tried to allocate 2.00 GiB.")
