"""T024: the device reported an error."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.errors.example import raising
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.raised import errors_like
from traindx.core.recording import Recording

PATTERNS = (
    r"device-side assert triggered",
    r"CUDA error: (?!out of memory)",
    r"CUDNN_STATUS",
    r"cuDNN error",
    r"CUBLAS_STATUS_(?!ALLOC)",
    r"no kernel image is available",
    r"an illegal memory access",
    r"CUDA driver error",
    r"unspecified launch failure",
    r"HIP error: (?!out of memory)",
)


@check("T024", level="error")
def device_failed(recording: Recording) -> Iterator[Finding | Measured]:
    """A call on the device failed: an assertion in a kernel, an illegal access, cuDNN or cuBLAS.

    ## Why is this bad?
    The device answers late, so that the line in the traceback is often behind the one that failed, and after it nothing works
    in this process any more. An assertion is most often an index out of range: a class id as large as the number of classes.

    ## How to fix
    Run once with `CUDA_LAUNCH_BLOCKING=1`, or on the CPU, where the same line fails with a plain message. `no kernel image`:
    the build of PyTorch is not for this device. cuDNN and cuBLAS errors come also where memory is almost used up.
    """
    yield from errors_like(recording, *PATTERNS)


@device_failed.fires_on
def an_assertion_in_a_kernel() -> Facts:
    return {"recording": raising("RuntimeError", "CUDA error: device-side assert triggered")}


@device_failed.fires_on
def cudnn() -> Facts:
    return {"recording": raising("RuntimeError", "cuDNN error: CUDNN_STATUS_EXECUTION_FAILED")}


@device_failed.quiet_on
def memory() -> Facts:
    return {"recording": raising("OutOfMemoryError", "CUDA error: out of memory")}


@device_failed.quiet_on
def no_device() -> Facts:
    return {"recording": raising("RuntimeError", "No CUDA GPUs are available")}
