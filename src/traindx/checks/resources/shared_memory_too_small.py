"""P210: the loader's workers need more shared memory than there is."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.resources.forecast_example import GIB, on
from traindx.checks.setup.example import asking
from traindx.core.asked_loader import loaders_of
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.machine import Machine
from traindx.core.setup import Setup


@check("P210", level="warning")
def shared_memory_too_small(machine: Machine, setup: Setup) -> Iterator[Finding | Measured]:
    """The batches that the loader's workers have ready need more than the shared memory of the machine: workers x prefetch x batch.

    ## Why is this bad?
    A worker is ended by `Bus error` as soon as the network is slower than the loader. Docker gives 64 MB.

    ## How to fix
    `docker run --shm-size=8g` or `--ipc=host`; fewer workers; `torch.multiprocessing.set_sharing_strategy("file_system")`
    does not help, it uses the same memory.

    Source: pytorch#5040, README of PyTorch (Docker image).
    """
    judged = [one for one in loaders_of(setup, machine.all_processors) if one.in_flight and one.workers]
    if machine.shared is None or not judged:
        raise NotEnough("the loader's workers, batch or size of pictures, or /dev/shm, are not known")
    for one in judged:
        need = one.in_flight or 0
        yield Measured(
            "shared memory for batches in flight", need / 2**20, f"below {machine.shared / 2**20:.0f}", "MiB"
        )
        if need > machine.shared:
            text = (
                f"{one.workers} workers x {one.prefetch} batches of {one.batch} need {need / 2**20:.0f} MiB of shared memory, "
                f"and /dev/shm has {machine.shared / 2**20:.0f} MiB"
            )
            yield Finding(one.place, text, fix=f"docker run --shm-size={max(1, -(-2 * need // 2**30))}g")


@shared_memory_too_small.fires_on
def a_container_as_docker_makes_it() -> Facts:
    return on(asking(workers=8, batch=16), shared=64 * 2**20)


@shared_memory_too_small.quiet_on
def half_of_the_memory() -> Facts:
    return on(asking(workers=8, batch=16), shared=16 * GIB)


@shared_memory_too_small.quiet_on
def small_pictures_in_a_container() -> Facts:
    return on(asking(workers=2, batch=8, imgsz=320), shared=64 * 2**20)
