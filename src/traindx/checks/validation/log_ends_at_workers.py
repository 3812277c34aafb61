"""V444: the console log ends where loader workers cannot be started."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.errors.workers_do_not_start import PATTERNS
from traindx.checks.validation.ended_like import ended_like
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.history import Ending, History, history_of

CUT_OFF = (r"pickle data was truncated", r"^EOFError: Ran out of input")
"""What a worker says that was not sent its dataset whole; where a line of the program stands above it, it read a file."""


@check("V444", level="error", preview=True)
def log_ends_at_workers(history: History) -> Iterator[Finding | Measured]:
    """The console log ends where the loader's worker processes could not be started.

    ## Why is this bad?
    Where processes are spawned (Windows, macOS) a worker imports the script anew, and is sent the dataset as a pickle.

    ## How to fix
    Put the training under `if __name__ == '__main__':`, no lambda in a transform, no CUDA before the workers;
    `num_workers=0` shows the rest. Data that was cut off on its way: the process that sent it failed, often for want of memory.
    """
    ending = history.ending
    alone = ending is not None and ending.path is None
    yield from ended_like(history, *PATTERNS, *(CUT_OFF if alone else ()))


def _ends(kind: str, message: str) -> Facts:
    ending = Ending(kind, message, 41, "train.py", 17)
    return {"history": history_of([{"train/loss": 2.0}], tool="a console log", ending=ending)}


@log_ends_at_workers.fires_on
def a_lambda_in_a_transform() -> Facts:
    return _ends("AttributeError", "Can't pickle local object 'main.<locals>.<lambda>'")


@log_ends_at_workers.fires_on
def a_dataset_that_did_not_arrive() -> Facts:
    ending = Ending("UnpicklingError", "pickle data was truncated", 41)
    return {"history": history_of([], tool="a console log", ending=ending)}


@log_ends_at_workers.quiet_on
def a_checkpoint_that_is_cut() -> Facts:
    return _ends("UnpicklingError", "pickle data was truncated")


@log_ends_at_workers.quiet_on
def an_error_in_a_sample() -> Facts:
    return _ends("KeyError", "'label'")
