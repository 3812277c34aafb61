"""P203: the driver is older than the CUDA that PyTorch was built for."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.resources.forecast_example import CU124, gpu, on
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.known_bad import driver_needed
from traindx.core.machine import Machine, version_of


@check("P203", level="warning")
def driver_too_old(machine: Machine) -> Iterator[Finding | Measured]:
    """The NVIDIA driver is older than the least that this build's CUDA runs on.

    ## Why is this bad?
    `torch.cuda.is_available()` is false, with a warning: the training fails, or runs on the processor, a hundred times slower.

    ## How to fix
    Update the driver, or install a build for an earlier CUDA. Containers of NVIDIA may bring a compatibility package, with
    which older drivers of data centres run: therefore a warning.

    Source: docs.nvidia.com/deploy/cuda-compatibility/minor-version-compatibility.html.
    """
    needed = driver_needed(machine.build.cuda, machine.platform)
    judged = [(d, version_of(d.driver)) for d in machine.devices if version_of(d.driver)]
    if needed is None or not judged:
        raise NotEnough("no NVIDIA driver, or no build of PyTorch for CUDA")
    for device, version in judged[:1]:  # all devices have one driver
        yield Measured("driver", device.driver, f"{needed} or later, for CUDA {machine.build.cuda}")
        if version[0] < needed:
            text = f"driver {device.driver} is older than {needed}, which CUDA {machine.build.cuda} of PyTorch needs"
            yield Finding(Place(setting="driver"), text)


@driver_too_old.fires_on
def cuda_12_on_a_driver_for_11() -> Facts:
    return on(devices=(gpu(driver="470.199.02"),), build=CU124)


@driver_too_old.quiet_on
def cuda_12_on_its_driver() -> Facts:
    return on(devices=(gpu(),), build=CU124)
