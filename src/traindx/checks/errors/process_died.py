"""T027: the process died of a signal that a program gives itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from traindx.core.check import Facts, check
from traindx.core.ended import ended_of
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.recording import Recording

FATAL = ("SIGSEGV", "SIGBUS", "SIGABRT", "SIGILL", "SIGFPE")


@check("T027", level="error")
def process_died(recording: Recording) -> Iterator[Finding | Measured]:
    """The process ended by a signal of its own: a segmentation fault, a bus error, an abort.

    ## Why is this bad?
    A library in C or C++ failed, and no Python exception says where.

    ## How to fix
    `python -X faulthandler train.py` prints the Python lines at that moment. Usual suspects: packages built for another version of
    PyTorch or CUDA, OpenCV in forked workers, a full `/dev/shm` (SIGBUS), an assertion of a library (SIGABRT).
    """
    ended = ended_of(recording)
    yield Measured("signal that ended the command", ended.signal or "none", "none")
    if ended.signal in FATAL:
        step = int(recording.step[-1]) if len(recording.step) else None
        yield Finding(
            Place(step=step), f"the process ended by {ended.signal} after step {step} (status {ended.status})"
        )


@process_died.fires_on
def a_segmentation_fault() -> Facts:
    return {"recording": replace(recording_with(falling()), run={"exit_status": 139, "signal": None})}


@process_died.quiet_on
def interrupted_from_the_keyboard() -> Facts:
    return {"recording": replace(recording_with(falling()), run={"exit_status": 130, "signal": 2})}


@process_died.quiet_on
def ended_by_itself() -> Facts:
    return {"recording": replace(recording_with(falling()), run={"exit_status": 0, "signal": None})}
