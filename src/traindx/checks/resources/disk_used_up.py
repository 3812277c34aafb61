"""P105: the disk is full."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.errors.example import raising
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.raised import errors_like
from traindx.core.recording import Recording

PATTERNS = (
    r"^(?!.*(shm|/torch_|shared memory)).*(No space left on device|\[Errno 28\])",
    r"Disk quota exceeded",
    r"\[Errno 122\]",
    r"PytorchStreamWriter failed writing",
    r"inline_container\.cc.*unexpected pos",
)


@check("P105", level="error")
def disk_used_up(recording: Recording) -> Iterator[Finding | Measured]:
    """A checkpoint, a log or a cache could not be written: no space is left, or none of the quota.

    ## Why is this bad?
    The run ends, and the file that was being written is cut: a checkpoint of that name cannot be loaded.

    ## How to fix
    Make room, keep the last and the best checkpoint alone, or write to another disk. Save under a temporary name and rename it.
    """
    yield from errors_like(recording, *PATTERNS)


@disk_used_up.fires_on
def while_saving() -> Facts:
    return {
        "recording": raising(
            "RuntimeError",
            "[enforce fail at inline_container.cc:862] . PytorchStreamWriter failed writing file data/0: file write failed",
        )
    }


@disk_used_up.quiet_on
def a_cut_checkpoint() -> Facts:
    return {
        "recording": raising(
            "RuntimeError", "PytorchStreamReader failed reading zip archive: failed finding central directory"
        )
    }
