"""P101: an allocation of memory failed."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.errors.example import raising
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.raised import errors_like
from traindx.core.recording import Recording

PATTERNS = (
    r"^(torch\.cuda\.)?OutOfMemoryError",
    r"(CUDA|HIP|MPS backend|XPU)( error:)? out of memory",
    r"DefaultCPUAllocator: (can't allocate|not enough) memory",
    r"^MemoryError",
    r"Cannot allocate memory",
    r"CUBLAS_STATUS_ALLOC_FAILED",
    r"Unable to allocate .* for an array",
    r"std::bad_alloc",
    r"paging file is too small",
)


@check("P101", level="error")
def memory_ran_out(recording: Recording) -> Iterator[Finding | Measured]:
    """The device or the machine had no memory left for what the program asked for.

    ## Why is this bad?
    The run is over. It may come late: at the largest pictures, in the first validation, or when a loader's workers start anew.

    ## How to fix
    Halve the batch and accumulate two of them: `loss = loss / 2`, and step every second batch; the effective batch stays. Mixed
    precision and gradient checkpointing halve activations. In a validation: `torch.no_grad()`, and a batch of its own. If memory
    grew from step to step before, it is a leak and no setting helps.
    """
    yield from errors_like(recording, *PATTERNS)


@memory_ran_out.fires_on
def the_device_is_full() -> Facts:
    words = "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 7.79 GiB of which 1.10 GiB is free."
    return {"recording": raising("OutOfMemoryError", words)}


@memory_ran_out.fires_on
def the_machine_is_full() -> Facts:
    return {
        "recording": raising(
            "RuntimeError", "DefaultCPUAllocator: can't allocate memory: you tried to allocate 40000000000 bytes."
        )
    }


@memory_ran_out.quiet_on
def the_disk_is_full() -> Facts:
    return {"recording": raising("OSError", "[Errno 28] No space left on device")}
