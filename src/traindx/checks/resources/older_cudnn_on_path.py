"""P207: the library path leads PyTorch to an older cuDNN than its own."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.resources.forecast_example import CU124, gpu, on
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.machine import Machine, version_of


@check("P207", level="warning")
def older_cudnn_on_path(machine: Machine) -> Iterator[Finding | Measured]:
    """LD_LIBRARY_PATH holds a cuDNN of the same major version as PyTorch's own, and of an earlier minor one.

    ## Why is this bad?
    Folders on that path come before those of the wheel. PyTorch refuses such a cuDNN ("cuDNN version incompatibility: PyTorch was
    compiled against ... but found runtime version ...", pytorch#80637), and where it does not look, convolutions fail.

    ## How to fix
    Take the folder out of LD_LIBRARY_PATH: the wheel brings the cuDNN that it needs. One of another major version has another
    file name and is not taken, and a later one works.
    """
    own = version_of(machine.build.cudnn)
    if not machine.devices or len(own) < 2:
        raise NotEnough("no graphics processor, or no build of PyTorch that brings its own cuDNN")
    same = [(path, version) for path, version in machine.cudnn if version_of(version)[:1] == own[:1]][:1]
    yield Measured("cuDNN of the same major version on LD_LIBRARY_PATH", same[0][1] if same else "none", "none")
    for path, version in same:
        if version_of(version)[:2] < own[:2]:
            text = f"{path} is cuDNN {version}, and PyTorch was compiled for {machine.build.cudnn}"
            yield Finding(
                Place(path=path, setting="LD_LIBRARY_PATH"), text, fix="take its folder out of LD_LIBRARY_PATH"
            )


@older_cudnn_on_path.fires_on
def nine_zero_before_nine_one() -> Facts:
    return on(devices=(gpu(),), build=CU124, cudnn=(("/usr/local/cuda/lib64/libcudnn.so.9", "9.0.0"),))


@older_cudnn_on_path.quiet_on
def of_another_major_version() -> Facts:
    return on(devices=(gpu(),), build=CU124, cudnn=(("/usr/lib/libcudnn.so.8", "8.9.7"),))


@older_cudnn_on_path.quiet_on
def a_later_one() -> Facts:
    return on(devices=(gpu(),), build=CU124, cudnn=(("/usr/lib/libcudnn.so.9", "9.5.1"),))
