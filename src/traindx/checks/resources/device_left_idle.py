"""P205: the machine has a graphics processor, and the installed PyTorch cannot use it."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.resources.forecast_example import CU124, gpu, on
from traindx.checks.setup.example import asking
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.machine import Build, Machine
from traindx.core.setup import Setup


@check("P205", level="warning")
def device_left_idle(machine: Machine, setup: Setup | None = None) -> Iterator[Finding | Measured]:
    """`nvidia-smi` lists a device, and the installed PyTorch is a build for the processor alone.

    ## Why is this bad?
    The training runs on the processor, tens of times slower, without an error.

    ## How to fix
    Install a build for CUDA: the selector on pytorch.org.

    Silent where the processor is asked for.
    """
    if not machine.devices or not machine.build.version:
        raise NotEnough("no NVIDIA device is listed, or no PyTorch is installed")
    usable = bool(machine.build.cuda)
    yield Measured("build of PyTorch", machine.build.version, "one for CUDA")
    asked = "" if setup is None else str(setup.value("device") if setup.trainer else setup.settings.get("device"))
    if not usable and asked != "cpu":
        text = f"{machine.devices[0].name} is there, and PyTorch {machine.build.version} cannot use it"
        yield Finding(Place(setting="torch"), text)


@device_left_idle.fires_on
def a_build_for_the_processor() -> Facts:
    return on(devices=(gpu(),), build=Build("2.5.1+cpu"))


@device_left_idle.quiet_on
def the_processor_on_purpose() -> Facts:
    return on(asking(device="cpu"), devices=(gpu(),), build=Build("2.5.1+cpu"))


@device_left_idle.quiet_on
def a_build_for_cuda() -> Facts:
    return on(devices=(gpu(),), build=CU124)
