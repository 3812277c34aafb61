"""V444: the console log ends where loader workers cannot be started."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.errors.workers_do_not_start import PATTERNS
from traindx.checks.validation.ended_like import ended_like
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.history import Ending, History, history_of


@check("V444", level="error", preview=True)
def log_ends_at_workers(history: History) -> Iterator[Finding | Measured]:
    """The console log ends where the loader's worker processes could not be started.

    ## Why is this bad?
    Where processes are spawned (Windows, macOS) a worker imports the script anew, and is sent the dataset as a pickle.

    ## How to fix
    Put the training under `if __name__ == '__main__':`, no lambda in a transform, no CUDA before the workers;
    `num_workers=0` shows the rest.
    """
    yield from ended_like(history, *PATTERNS)


def _ends(kind: str, message: str) -> Facts:
    ending = Ending(kind, message, 41, "train.py", 17)
    return {"history": history_of([{"train/loss": 2.0}], tool="a console log", ending=ending)}


@log_ends_at_workers.fires_on
def a_lambda_in_a_transform() -> Facts:
    return _ends("AttributeError", "Can't pickle local object 'main.<locals>.<lambda>'")


@log_ends_at_workers.quiet_on
def an_error_in_a_sample() -> Facts:
    return _ends("KeyError", "'label'")
