"""P103: the shared memory of loader workers is used up."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.errors.example import raising
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.raised import errors_like
from traindx.core.recording import Recording

PATTERNS = (
    r"killed by signal: Bus error",
    r"out of shared memory",
    r"insufficient shared memory",
    r"unable to (open|write|mmap|resize|allocate) .*(shared memory|/torch_)",
    r"No space left on device.*(shm|torch_)",
    r"shm_open",
)


@check("P103", level="error")
def shared_memory_used_up(recording: Recording) -> Iterator[Finding | Measured]:
    """A loader's worker found no room in shared memory (`/dev/shm`), through which batches are sent.

    ## Why is this bad?
    The worker is ended by `Bus error`. Containers have 64 MiB of shared memory unless told otherwise; eight workers with
    two batches each need many times that.

    ## How to fix
    Start the container with `--shm-size=8g` or `--ipc=host`. Without that: fewer workers, a smaller `prefetch_factor`, or
    `torch.multiprocessing.set_sharing_strategy("file_system")`.
    """
    yield from errors_like(recording, *PATTERNS)


@shared_memory_used_up.fires_on
def a_worker_died_of_a_bus_error() -> Facts:
    return {
        "recording": raising(
            "RuntimeError",
            "DataLoader worker (pid 4711) is killed by signal: Bus error. It is possible that",
        )
    }


@shared_memory_used_up.quiet_on
def a_full_disk() -> Facts:
    return {"recording": raising("OSError", "[Errno 28] No space left on device: 'runs/last.pt'")}
