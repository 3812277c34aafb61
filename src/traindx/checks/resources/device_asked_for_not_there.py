"""P206: a device is asked for that the machine or the build does not have."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.resources.forecast_example import CU124, gpu, on
from traindx.checks.setup.example import asking
from traindx.core.began import require_not_begun
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.machine import Build, Machine
from traindx.core.recording import Recording
from traindx.core.setup import Setup


@check("P206", level="error")
def device_asked_for_not_there(
    machine: Machine, setup: Setup, recording: Recording | None = None
) -> Iterator[Finding | Measured]:
    """`device=0` or `device=cuda` is asked for, and PyTorch is built for the processor alone, or there are fewer devices.

    ## Why is this bad?
    The training does not start: `Invalid CUDA 'device=0' requested`, `Torch not compiled with CUDA enabled`.

    ## How to fix
    `device=cpu`, or a build of PyTorch for the device that is there, or the numbers of the devices that `nvidia-smi` lists.
    """
    require_not_begun(recording)
    asked = setup.value("device") if setup.trainer else setup.settings.get("device")
    numbers = _numbers(asked)
    if not numbers or machine.platform == "darwin":
        raise NotEnough("no CUDA device is asked for by number or name")
    build, there = machine.build, len(machine.devices)
    yield Measured("CUDA devices asked for", len(numbers), f"{there} listed" if there else "")
    place = setup.place("device") if setup.trainer else Place(setting="--device")
    if build.version and not build.cuda and not build.hip:
        yield Finding(
            place, f"device={asked} is asked for, and PyTorch {build.version} is built for the processor alone"
        )
    elif there and max(numbers) >= there and max(numbers) < 64:
        yield Finding(
            place, f"device={asked} is asked for, and there {'is' if there == 1 else 'are'} {there}, counted from 0"
        )
    elif not there and not machine.device_files and machine.platform == "linux" and build.version:
        yield Finding(place, f"device={asked} is asked for, and the machine has no graphics processor")


def _numbers(asked: object) -> list[int]:
    """The numbers of the CUDA devices that are asked for; `cuda` alone is the first."""
    if isinstance(asked, bool) or asked is None:
        return []
    parts = asked if isinstance(asked, list) else str(asked).lower().replace("cuda:", "").split(",")
    found = [0 if str(part).strip() == "cuda" else str(part).strip() for part in parts]
    return [int(part) for part in found if isinstance(part, int) or part.isdigit()]


@device_asked_for_not_there.fires_on
def a_device_with_a_build_for_the_processor() -> Facts:
    return on(asking(device=0), build=Build("2.5.1+cpu"))


@device_asked_for_not_there.fires_on
def the_second_of_one_device() -> Facts:
    return on(asking(device="0,1", batch=16), devices=(gpu(),), build=CU124)


@device_asked_for_not_there.quiet_on
def the_only_device() -> Facts:
    return on(asking(device=0), devices=(gpu(),), build=CU124)


@device_asked_for_not_there.quiet_on
def a_device_of_another_maker() -> Facts:
    return on(asking(device=0), build=Build("2.5.1+rocm6.2", hip="6.2"), device_files=True)
