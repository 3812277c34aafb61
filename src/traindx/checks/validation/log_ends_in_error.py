"""V419: the console log ends in an error."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.history import Ending, History, history_of

BY_HAND = ("KeyboardInterrupt", "SystemExit", "Cancelled")


@check("V419", level="error", preview=True)
def log_ends_in_error(history: History) -> Iterator[Finding | Measured]:
    """The last thing in the console log is a traceback, or the word that the process was killed.

    ## Why is this bad?
    The run did not end as planned; what it has learnt after its last checkpoint is lost.

    ## How to fix
    The message says what failed, and the line named is the last of your own code in the traceback. `traindx run -- COMMAND`
    records what stood there: shapes, types, devices, memory. A process that was killed ran out of memory in most cases.

    A run that was stopped by hand, or by the queue at its time limit, is no finding.
    """
    ending = history.ending
    if history.tool != "a console log":
        raise NotEnough("needs a console log: other logs do not hold the error in which a run ended")
    yield Measured("error at the end of the log", "none" if ending is None else ending.kind, "none")
    if ending is not None and ending.kind not in BY_HAND:
        said = f": {ending.message}" if ending.message else ""
        yield Finding(
            Place(path=ending.path, line=ending.at) if ending.path else Place(path=history.source, line=ending.line),
            f"the log ends in line {ending.line} with {ending.kind}{said} (should end with its last epoch)",
            (Measured("epochs logged before it", len(history)),),
        )


@log_ends_in_error.fires_on
def out_of_memory_in_the_second_epoch() -> Facts:
    ending = Ending("OutOfMemoryError", "CUDA out of memory.", 41, "train.py", 17)
    return {"history": history_of([{"train/loss": 2.0}], tool="a console log", ending=ending)}


@log_ends_in_error.quiet_on
def stopped_by_hand() -> Facts:
    ending = Ending("KeyboardInterrupt", "", 41, "train.py", 17)
    return {"history": history_of([{"train/loss": 2.0}], tool="a console log", ending=ending)}


@log_ends_in_error.quiet_on
def cancelled_at_the_time_limit() -> Facts:
    ending = Ending("Cancelled", "slurmstepd: error: *** JOB 8 CANCELLED AT 14:02 DUE TO TIME LIMIT ***", 41)
    return {"history": history_of([{"train/loss": 2.0}], tool="a console log", ending=ending)}


@log_ends_in_error.quiet_on
def the_last_epoch() -> Facts:
    return {"history": history_of([{"train/loss": 2.0}], tool="a console log")}
