"""P220: a training step is forecast to need more memory than there is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from traindx.checks.resources.forecast_example import CU124, GIB, gpu, on
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.footprint import KEPT_FREE, OVERHEAD, Footprint
from traindx.core.machine import Machine
from traindx.core.network import Network
from traindx.core.setup import Setup


@check("P220", level="warning")
def memory_forecast_exceeded(
    machine: Machine, network: Network, setup: Setup | None = None, *, uncertain: float = 0.2
) -> Iterator[Finding | Measured]:
    """The memory that a step of this batch needs, measured on a few small pictures, is beyond what the device or machine has.

    ## Why is this bad?
    `CUDA out of memory`, or a process that is killed, in the first step, at the largest pictures, or in the first validation.

    ## How to fix
    The batch that the finding names, and as many batches gathered for a step as keep the effective batch: the rate may
    stay.

    Reported where the forecast lies above the memory by more than `uncertain`, as far as it was off at most in
    `bench/results/memory_forecast.md`. It is one for full precision; half precision needs about two thirds. Of CUDA's own
    needs a gigabyte is taken for granted.
    """
    foot, batch = network.footprint, network.batch or (_batch(setup) if setup is not None else None)
    if foot is None:
        raise NotEnough("no training step of the network could be measured")
    device = next((d for d in machine.devices if d.memory), None) if machine.build.cuda else None
    there = (device.memory or 0) - OVERHEAD if device is not None else machine.available
    if there is None:
        raise NotEnough("the memory of the machine is not known")
    where = device.name if device is not None else "the machine"
    fits = foot.largest_batch(there * KEPT_FREE)
    yield Measured(f"largest batch that fits into {where}", fits, f"{batch}" if batch else "")
    if batch is None:
        return
    need = max(foot.peak(batch), foot.validation_peak(batch))
    yield Measured(f"memory of a step of {batch}", need / 2**30, f"below {there / 2**30:.1f}", "GiB")
    if need > there * (1 + uncertain):
        gather = -(-batch // fits) if fits else 0
        then = (
            f"batch {-(-batch // gather)}, and {gather} of them gathered for a step"
            if fits
            else "a smaller model or pictures"
        )
        text = (
            f"a step of {batch} pictures needs {need / 2**30:.1f} GiB, and {where} has {there / 2**30:.1f} GiB; {then}"
        )
        yield Finding(Place(setting="batch") if setup is None else setup.place("batch"), text)


def _batch(setup: Setup) -> int | None:
    value = setup.value("batch") if setup.trainer else setup.settings.get("batch")
    return int(str(value)) if str(value).isdigit() and int(str(value)) > 0 else None


def _facts(batch: int) -> Facts:
    foot = Footprint(12 * 2**20, 12 * 2**20, 12 * 2**20, ((0.0, 200.0 * 2**20),), ((0.0, 4.0 * 2**20),), 0.0, 640, 640)
    network = replace(Network("yolov8n.yaml", imgsz=640), batch=batch, footprint=foot)
    return {**on(devices=(gpu(),), build=CU124), "network": network}


@memory_forecast_exceeded.fires_on
def a_batch_of_two_hundred() -> Facts:
    return _facts(200)


@memory_forecast_exceeded.quiet_on
def a_batch_of_thirty_two() -> Facts:
    return _facts(32)


@memory_forecast_exceeded.quiet_on
def no_device_and_much_memory() -> Facts:
    return {**_facts(32), **on(memory=64 * GIB, available=60 * GIB)}
