"""T014: the loader's worker processes could not be started."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.errors.example import raising
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.raised import errors_like
from traindx.core.recording import Recording

PATTERNS = (
    r"[Cc]an't pickle ",
    r"cannot pickle ",
    r"Can't get attribute .* on <module",
    r"before the\s+current process has finished its bootstrapping phase",
    r"Cannot re-initialize CUDA in forked subprocess",
    r"Can't get local object",
)


@check("T014", level="error")
def workers_do_not_start(recording: Recording) -> Iterator[Finding | Measured]:
    """The loader's worker processes could not be started, or not with what they were to be given.

    ## Why is this bad?
    A started process (`spawn`, `forkserver`: always on Windows and macOS) is sent the dataset by pickling it and imports the
    script anew: a lambda, a lock, an open file or a database connection cannot be sent, and a script without a main guard
    starts itself.

    ## How to fix
    Put the script's body under `if __name__ == "__main__":`; replace lambdas in transforms by functions of a module; open files
    and connections in `__getitem__`, not in `__init__`. CUDA in forked workers: keep tensors of the dataset on the CPU.
    """
    yield from errors_like(recording, *PATTERNS)


@workers_do_not_start.fires_on
def a_lambda_in_a_transform() -> Facts:
    return {"recording": raising("AttributeError", "Can't pickle local object 'main.<locals>.<lambda>'")}


@workers_do_not_start.fires_on
def no_main_guard() -> Facts:
    return {
        "recording": raising(
            "RuntimeError",
            "An attempt has been made to start a new process before the current process has finished its bootstrapping phase.",
        )
    }


@workers_do_not_start.quiet_on
def a_worker_raised() -> Facts:
    return {"recording": raising("KeyError", "'label'")}
