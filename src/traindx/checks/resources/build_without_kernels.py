"""P202: the installed PyTorch was not compiled for the device."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.resources.forecast_example import CU124, gpu, on
from traindx.core.began import require_not_begun
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.known_bad import has_kernels, lacking
from traindx.core.machine import Build, Device, Machine
from traindx.core.recording import Recording
from traindx.core.setup import Setup


@check("P202", level="error")
def build_without_kernels(
    machine: Machine, setup: Setup | None = None, recording: Recording | None = None
) -> Iterator[Finding | Measured]:
    """The installed PyTorch holds no kernels for the compute capability of the device.

    ## Why is this bad?
    The first operation on the device raises `no kernel image is available for execution on the device`.

    ## How to fix
    Install a build for the device, as the finding names it. Where PyTorch could be asked for the list of its kernels, that
    list decides; otherwise the table of its releases in `core/known_bad.py`, with sources.

    Silent where another device can be used, or the processor is asked for.
    """
    require_not_begun(recording)
    judged = [d for d in machine.devices if d.capability is not None and machine.build.cuda]
    if not judged:
        raise NotEnough("no NVIDIA device, or no build of PyTorch for CUDA")
    asked = "" if setup is None else str(setup.value("device") if setup.trainer else setup.settings.get("device"))
    missing = [d for d in judged if _is_missing(d, machine)]
    for device in judged:
        name = "sm_{}{}".format(*(device.capability or (0, 0)))
        yield Measured(f"kernels for {device.name} ({name})", "none" if device in missing else "there", "there")
    if asked == "cpu" or len(missing) < len(judged):
        return
    for device in missing:
        row, name = lacking(device, machine.build), "sm_{}{}".format(*(device.capability or (0, 0)))
        instead = row.instead if row is not None else "a build whose list of kernels has it"
        source = f" ({row.source})" if row is not None else ""
        text = f"PyTorch {machine.build.version} for CUDA {machine.build.cuda} has no kernels for {device.name}, {name}{source}"
        yield Finding(Place(setting="torch"), text, fix=f"install {instead}")


def _is_missing(device: Device, machine: Machine) -> bool:
    listed = has_kernels(device, machine.build)
    return not listed if listed is not None else lacking(device, machine.build) is not None


@build_without_kernels.fires_on
def a_device_that_is_newer_than_the_build() -> Facts:
    return on(devices=(gpu("NVIDIA GeForce RTX 5090", (12, 0)),), build=CU124)


@build_without_kernels.fires_on
def a_device_that_its_own_list_lacks() -> Facts:
    build = Build("2.8.0+cu128", "12.8", kernels=((7, 0), (7, 5), (8, 0), (9, 0), (12, 0)))
    return on(devices=(gpu("NVIDIA GeForce GTX 1080", (6, 1)),), build=build)


@build_without_kernels.quiet_on
def a_later_minor_version() -> Facts:
    build = Build("2.5.1+cu124", "12.4", kernels=((8, 0), (9, 0)))
    return on(devices=(gpu(),), build=build)


@build_without_kernels.quiet_on
def blackwell_with_its_build() -> Facts:
    return on(devices=(gpu("NVIDIA GeForce RTX 5090", (12, 0)),), build=Build("2.7.1+cu128", "12.8"))
