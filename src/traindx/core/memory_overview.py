"""The memory that a training step needs, as a card of the overview."""

from __future__ import annotations

from collections.abc import Callable

from traindx.core.finding import Table
from traindx.core.footprint import KEPT_FREE, OVERHEAD
from traindx.core.machine import Machine
from traindx.core.network import Network

EFFECTIVE = 64
"""The effective batch that accumulation is shown for, where no batch is named (the nominal one of YOLO)."""


def memory_overview(network: Network, machine: Machine | None) -> tuple[Table, ...]:
    """What a step needs, and the largest batch that fits where it would run; empty where no step could be measured."""
    foot, batch = network.footprint, network.batch
    if foot is None:
        return ()
    rows: list[tuple[str, str]] = [("weights and buffers", _mib(foot.parameters)), ("gradients", _mib(foot.gradients))]
    rows += [
        (f"states of {foot.optimizer}", _mib(foot.states)),
        (f"each picture of {foot.wanted}", _each(foot.peak)),
    ]
    rows += [("each picture in validation", _each(foot.validation_peak))]
    if batch:
        rows += [(f"a step of {batch}", _mib(foot.peak(batch)))]
    device = (
        next((d for d in machine.devices if d.memory), None) if machine is not None and machine.build.cuda else None
    )
    there = (
        (device.memory or 0) - OVERHEAD if device is not None else machine.available if machine is not None else None
    )
    if there is not None:
        fits, wanted = foot.largest_batch(there * KEPT_FREE), batch or EFFECTIVE
        where = device.name if device is not None else "this machine"
        rows += [(f"largest batch in the {_mib(there)} of {where}", str(fits))]
        if 0 < fits < wanted:
            gather = -(-wanted // fits)
            rows += [(f"for an effective batch of {wanted}", f"{gather} batches of {-(-wanted // gather)}, gathered")]
    return (Table("Memory of a training step in full precision (forecast)", ("what", "how much"), tuple(rows)),)


def _each(peak: Callable[[int], float]) -> str:
    return _mib((peak(64) - peak(32)) / 32)


def _mib(size: float) -> str:
    return f"{size / 2**30:.1f} GiB" if size >= 2**30 else f"{size / 2**20:.1f} MiB"
