"""V431: the console log ends where memory ran out."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.resources.memory_ran_out import PATTERNS as ALLOCATION
from traindx.checks.validation.ended_like import ended_like
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.history import Ending, History, history_of

PATTERNS = (
    *ALLOCATION,
    r"^Killed: .*(?:\bKilled\b|oom|out of memory)",
    r"DataLoader worker .*killed by signal: Killed",
)


@check("V431", level="error", preview=True)
def log_ends_out_of_memory(history: History) -> Iterator[Finding | Measured]:
    """The console log ends with an allocation that failed, or with a process that the system killed.

    ## Why is this bad?
    The run is over. It may come late: at the largest pictures, in the first validation, or when workers start anew.

    ## How to fix
    Halve the batch and accumulate two of them. In a validation: `torch.no_grad()`, and a batch of its own. A process that was
    killed without a word ran out of the machine's own memory in most cases: fewer workers, no cache of pictures.
    """
    yield from ended_like(history, *PATTERNS)


def _ends(kind: str, message: str) -> Facts:
    ending = Ending(kind, message, 41, "train.py", 17)
    return {"history": history_of([{"train/loss": 2.0}], tool="a console log", ending=ending)}


@log_ends_out_of_memory.fires_on
def the_device_is_full() -> Facts:
    return _ends("OutOfMemoryError", "CUDA out of memory. Tried to allocate 2.00 GiB.")


@log_ends_out_of_memory.fires_on
def the_system_killed_it() -> Facts:
    return _ends("Killed", "run.sh: line 3: 1234 Killed")


@log_ends_out_of_memory.quiet_on
def a_file_is_not_there() -> Facts:
    return _ends("FileNotFoundError", "No such file: a.jpg")


@log_ends_out_of_memory.quiet_on
def a_crash() -> Facts:
    return _ends("Killed", "Segmentation fault (core dumped)")
