"""T026: the training was ended from outside, or says by its status that it failed, without an exception."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from traindx.checks.errors.process_died import FATAL
from traindx.core.check import Facts, check
from traindx.core.ended import ended_of
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.recording import Recording


@check("T026", level="warning")
def ended_from_outside(recording: Recording) -> Iterator[Finding | Measured]:
    """The command's exit status is not zero although no exception was seen: somebody killed it, or it left by `sys.exit(1)`.

    ## Why is this bad?
    What was trained may be healthy and yet not be complete: the last checkpoint may be missing.

    ## How to fix
    Status 137 (SIGKILL): a limit of memory or time, see the log of the container or the scheduler. 143 (SIGTERM): the scheduler
    or a colleague. 1 to 127: the program itself chose it; look for `sys.exit`, or for a step after the training.
    """
    ended = ended_of(recording)
    yield Measured("exit status", ended.status, "0")
    told = any(one.of("exception") for one in (recording, *recording.ranks))
    if ended.is_failure and ended.signal not in FATAL and not told:
        step = int(recording.step[-1]) if len(recording.step) else None
        how = f"was ended by {ended.signal}" if ended.signal else f"left with status {ended.status} and no exception"
        more = f"; {ended.memory}" if ended.signal == "SIGKILL" else ""
        yield Finding(Place(step=step), f"the command {how} after step {step}{more}")


@ended_from_outside.fires_on
def killed_by_the_scheduler() -> Facts:
    return {"recording": replace(recording_with(falling()), run={"exit_status": 143, "signal": None})}


@ended_from_outside.quiet_on
def interrupted_from_the_keyboard() -> Facts:
    return {"recording": replace(recording_with(falling()), run={"exit_status": 130, "signal": 2})}


@ended_from_outside.quiet_on
def ended_by_itself() -> Facts:
    return {"recording": replace(recording_with(falling()), run={"exit_status": 0, "signal": None})}
