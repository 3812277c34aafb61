"""V442: the console log ends where the device is not there."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.errors.device_not_there import PATTERNS as ABSENT
from traindx.checks.validation.ended_like import ended_like
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.history import Ending, History, history_of

PATTERNS = (*ABSENT, r"no kernel image is available")


@check("V442", level="error", preview=True)
def log_ends_without_device(history: History) -> Iterator[Finding | Measured]:
    """The console log ends at a device that this machine, or this build of PyTorch, does not have.

    ## Why is this bad?
    Nothing was trained.

    ## How to fix
    `nvidia-smi` tells what is there, `torch.version.cuda` for what PyTorch was built. Choose another
    device, or install the other build.
    """
    yield from ended_like(history, *PATTERNS)


def _ends(kind: str, message: str) -> Facts:
    ending = Ending(kind, message, 41, "train.py", 17)
    return {"history": history_of([{"train/loss": 2.0}], tool="a console log", ending=ending)}


@log_ends_without_device.fires_on
def a_build_for_the_processor() -> Facts:
    return _ends("AssertionError", "Torch not compiled with CUDA enabled")


@log_ends_without_device.quiet_on
def a_full_device() -> Facts:
    return _ends("OutOfMemoryError", "CUDA out of memory. Tried to allocate 2.00 GiB.")
