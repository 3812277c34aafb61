"""P201: the device is on record for wrong results in this build."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.resources.forecast_example import CU124, gpu, on
from traindx.checks.setup.example import asking
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.known_bad import wrong_numbers
from traindx.core.machine import Machine
from traindx.core.setup import Setup


@check("P201", level="warning")
def device_known_for_wrong_results(machine: Machine, setup: Setup | None = None) -> Iterator[Finding | Measured]:
    """The device is one on which half precision is known to give wrong results with this build of PyTorch.

    ## Why is this bad?
    Losses are NaN from the first steps, or the validation finds nothing; rates and data are not at fault.

    ## How to fix
    Full precision: `amp=False`, no `autocast`. The rows with their sources lie in `core/known_bad.py`: float16 on the GTX 16
    series with CUDA 11 and later (pytorch#58123, pytorch#69449, ultralytics/yolov5#7908). Silent where `amp=False` is asked for.
    """
    if not machine.devices:
        raise NotEnough("no graphics processor is listed by nvidia-smi")
    full = setup is not None and setup.trainer == "ultralytics" and setup.value("amp") is False
    for device in machine.devices:
        row = wrong_numbers(device, machine.build)
        yield Measured(f"known faults of {device.name}", int(row is not None), "0")
        if row is not None and not (full and row.half):
            text = f"{device.name} with CUDA {machine.build.cuda}: {row.what} ({row.source})"
            yield Finding(Place(setting="amp"), text, fix="amp=False")


@device_known_for_wrong_results.fires_on
def a_gtx_1650() -> Facts:
    return on(devices=(gpu("NVIDIA GeForce GTX 1650", (7, 5)),), build=CU124)


@device_known_for_wrong_results.quiet_on
def a_gtx_1650_in_full_precision() -> Facts:
    return on(asking(amp=False), devices=(gpu("NVIDIA GeForce GTX 1650", (7, 5)),), build=CU124)


@device_known_for_wrong_results.quiet_on
def an_rtx_3090() -> Facts:
    return on(devices=(gpu(),), build=CU124)
