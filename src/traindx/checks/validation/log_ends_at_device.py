"""V484: the console log ends at an error of the device."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.validation.ended_like import ended_like
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.history import Ending, History, history_of

PATTERNS = (
    r"CUDA error: (?!out of memory|device-side assert|no kernel image|invalid device ordinal)",
    r"CUDNN_STATUS",
    r"cuDNN error",
    r"CUBLAS_STATUS_(?!ALLOC)",
    r"an illegal memory access",
    r"unspecified launch failure",
    r"HIP error: (?!out of memory)",
)
"""Asserts are most often class ids (V432); a build without kernels for the device is no error of it (V442)."""


@check("V484", level="error", preview=True)
def log_ends_at_device(history: History) -> Iterator[Finding | Measured]:
    """The console log ends at an error that the device reported: an illegal access, a failed launch, cuDNN or cuBLAS.

    ## Why is this bad?
    After it nothing works in this process any more, and the line in the traceback is often behind the one that failed.

    ## How to fix
    Run once with `CUDA_LAUNCH_BLOCKING=1`, or on the CPU, where the same line fails with a plain message. cuDNN and cuBLAS fail
    also where memory is almost used up: try half the batch.
    """
    yield from ended_like(history, *PATTERNS)


def _ends(kind: str, message: str) -> Facts:
    ending = Ending(kind, message, 41, "train.py", 17)
    return {"history": history_of([{"train/loss": 2.0}], tool="a console log", ending=ending)}


@log_ends_at_device.fires_on
def cudnn() -> Facts:
    return _ends("RuntimeError", "cuDNN error: CUDNN_STATUS_EXECUTION_FAILED")


@log_ends_at_device.quiet_on
def an_assert() -> Facts:
    return _ends("RuntimeError", "CUDA error: device-side assert triggered")


@log_ends_at_device.quiet_on
def memory() -> Facts:
    return _ends("RuntimeError", "CUDA error: out of memory")
