"""V443: the console log ends where a rank waits for the others in vain."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.ranks.collective_timed_out import PATTERNS
from traindx.checks.validation.ended_like import ended_like
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.history import Ending, History, history_of


@check("V443", level="error", preview=True)
def log_ends_waiting_for_ranks(history: History) -> Iterator[Finding | Measured]:
    """The console log ends at a collective call that waited for other ranks until its time was over.

    ## Why is this bad?
    Another rank did not come to the same call: it had fewer batches, took another branch, died, or was busy on its own.

    ## How to fix
    `traindx run -- COMMAND` with all ranks says which one waits where. Look at what one rank does
    alone (validation, saving) and at `drop_last`.
    """
    yield from ended_like(history, *PATTERNS)


def _ends(kind: str, message: str) -> Facts:
    ending = Ending(kind, message, 41, "train.py", 17)
    return {"history": history_of([{"train/loss": 2.0}], tool="a console log", ending=ending)}


@log_ends_waiting_for_ranks.fires_on
def a_reduction() -> Facts:
    return _ends(
        "DistBackendError", "Watchdog caught collective operation timeout: WorkNCCL(SeqNum=1811, OpType=ALLREDUCE)"
    )


@log_ends_waiting_for_ranks.quiet_on
def a_rank_that_failed_itself() -> Facts:
    return _ends("ChildFailedError", "")
