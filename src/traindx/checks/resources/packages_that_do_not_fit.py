"""P204: two installed packages do not work together."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.resources.forecast_example import on
from traindx.core.began import require_not_begun
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.known_bad import MISFITS
from traindx.core.machine import Machine, version_of
from traindx.core.recording import Recording


@check("P204", level="error")
def packages_that_do_not_fit(machine: Machine, recording: Recording | None = None) -> Iterator[Finding | Measured]:
    """Two packages of the environment are known not to work in these versions: torchvision beside another torch, NumPy 2.

    ## Why is this bad?
    The import fails, or the first call: `operator torchvision::nms does not exist`, `Numpy is not available`.

    ## How to fix
    Install versions that belong together: `pip install torch torchvision` in one command. What a wheel of torchvision asks of torch
    is read from the wheel itself; the other rows, with sources, lie in `core/known_bad.py`.
    """
    require_not_begun(recording)
    versions = machine.versions
    pins = [(one, of, pin) for one, of, pin in machine.needs if one in versions and of in versions]
    rows = [row for row in MISFITS if all(name in versions for name in row.packages)]
    if not pins and not rows:
        raise NotEnough("neither PyTorch nor what is built on it is installed where the command looks")
    yield Measured("pairs of packages compared", len(pins) + len(rows))
    for one, of, pin in pins:
        if version_of(versions[of])[:3] != version_of(pin)[:3]:
            text = f"{one} {versions[one]} was built for {of} {pin}, and {of} {versions[of]} is installed"
            yield Finding(
                Place(setting=one), text, fix=f"pip install {of}=={pin} {one}=={versions[one].partition('+')[0]}"
            )
    for row in rows:
        first, second = row.packages
        if row.misfit(version_of(versions[first]), version_of(versions[second])):
            text = f"{first} {versions[first]} with {second} {versions[second]}: {row.what} ({row.source})"
            yield Finding(Place(setting=second), text, fix=f"install {row.instead}")


@packages_that_do_not_fit.fires_on
def torchvision_beside_another_torch() -> Facts:
    versions = {"torch": "2.5.1+cu124", "torchvision": "0.19.0"}
    return on(versions=versions, needs=(("torchvision", "torch", "2.4.0"),))


@packages_that_do_not_fit.fires_on
def numpy_2_with_an_old_torch() -> Facts:
    return on(versions={"torch": "2.2.2", "numpy": "2.0.1"})


@packages_that_do_not_fit.quiet_on
def versions_that_belong_together() -> Facts:
    versions = {"torch": "2.4.0+cu121", "torchvision": "0.19.0+cu121", "numpy": "2.1.0", "opencv-python": "4.10.0.84"}
    return on(versions=versions, needs=(("torchvision", "torch", "2.4.0"),))
