"""P213: more workers than processors, or none beside a graphics processor."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.resources.forecast_example import CU124, gpu, on
from traindx.checks.setup.example import asking
from traindx.core.asked_loader import loaders_of
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.machine import Machine
from traindx.core.setup import Setup


@check("P213", level="note")
def workers_beyond_processors(machine: Machine, setup: Setup, *, times: float = 2.0) -> Iterator[Finding | Measured]:
    """The loader has several times as many workers as the process may use processors, or none while a device waits.

    ## Why is this bad?
    It is legal. Workers that share a processor take turns and memory; without workers the device waits for each batch. A
    container or a job may allow fewer processors than the machine shows.

    ## How to fix
    As many workers as processors for each device.

    Reported from `times` on (a guess).
    """
    judged = loaders_of(setup, machine.all_processors)
    if not judged:
        raise NotEnough("no workers of a loader are known")
    most = max(judged, key=lambda one: one.workers)
    yield Measured("workers", most.workers, f"1 to {machine.processors:g}, the processors that may be used")
    if most.workers > times * max(1.0, machine.processors):
        yield Finding(most.place, f"{most.workers} workers on {machine.processors:g} processors that may be used")
    elif most.workers == 0 and machine.devices and machine.build.cuda and most.batch > 1:
        text = f"no workers: {machine.devices[0].name} waits while each batch is loaded, should be up to {machine.processors:g}"
        yield Finding(most.place, text)


@workers_beyond_processors.fires_on
def sixteen_on_two_processors() -> Facts:
    return on(asking("yolov5", workers=16, batch=16), processors=2.0, all_processors=64)


@workers_beyond_processors.fires_on
def none_beside_a_device() -> Facts:
    return on(asking(workers=0, batch=16), devices=(gpu(),), build=CU124)


@workers_beyond_processors.quiet_on
def eight_on_eight() -> Facts:
    return on(asking(workers=8, batch=16))
