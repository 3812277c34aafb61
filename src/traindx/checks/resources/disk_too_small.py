"""P212: the disk has no room for the checkpoints."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.resources.forecast_example import GIB, on
from traindx.checks.setup.example import asking
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.machine import Machine
from traindx.core.network import Network
from traindx.core.setup import Setup

LEAST = 200 * 2**20
"""Bytes below which a disk is as good as full (a guess)."""
EACH_PARAMETER = 6
"""Bytes of a parameter in a checkpoint: half precision for the weights and two states (Ultralytics' `save_model`)."""
USUAL_PARAMETERS = 3_000_000
"""Those of the smallest YOLO, where the network is not known."""


@check("P212", level="warning")
def disk_too_small(machine: Machine, setup: Setup, network: Network | None = None) -> Iterator[Finding | Measured]:
    """The disk of the run's folder has less room than its checkpoints need: their number times their size.

    ## Why is this bad?
    `No space left on device` while a checkpoint is written, after hours, and the last one may be cut off.

    ## How to fix
    Make room, write elsewhere (`project=`), or keep fewer: `save_period=-1` keeps the best and the last.
    """
    if machine.disk is None:
        raise NotEnough("the room on the disk is not known")
    period, epochs = setup.number("save_period") or 0, setup.number("epochs") or 0
    kept = 2 + (int(epochs // period) if period >= 1 else 0)
    size = (network.parameters if network is not None else USUAL_PARAMETERS) * EACH_PARAMETER
    need = max(LEAST, kept * size)
    yield Measured("room for checkpoints", machine.disk / 2**20, f"{need / 2**20:.0f} for {kept} of them", "MiB")
    if need > machine.disk:
        place = setup.place("save_period" if period >= 1 else "project")
        text = (
            f"{kept} checkpoints of {size / 2**20:.0f} MiB need {need / 2**20:.0f} MiB, "
            f"and {machine.folder} has {machine.disk / 2**20:.0f} MiB left"
        )
        yield Finding(place, text)


@disk_too_small.fires_on
def a_checkpoint_of_each_epoch() -> Facts:
    return on(asking(epochs=1000, save_period=1), disk=2 * GIB)


@disk_too_small.quiet_on
def the_best_and_the_last() -> Facts:
    return on(asking(epochs=1000), disk=2 * GIB)
