"""V456: losses are not finite from the first epoch on, on a device that is on record for wrong half precision."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.checks.validation.ends_not_finite import ends_not_finite
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.history import History, history_of
from traindx.core.known_wrong import wrong_numbers
from traindx.core.machine import Build, Device, Machine


@check("V456", level="warning", preview=True)
def not_finite_on_known_device(history: History) -> Iterator[Finding | Measured]:
    """The console log names a device whose half precision is on record for nan, and a loss has never been finite, or nothing found.

    ## Why is this bad?
    Every forward pass in float16 may be wrong there: neither the rate nor the data is at fault.

    ## How to fix
    Full precision: `amp=False`, no `autocast`, `half=False` in validation. The row with its source lies in `core/known_wrong.py`.

    A log of such a device whose losses are finite is trained in full precision, or is not touched by it.
    """
    if history.device is None:
        raise NotEnough("needs a console log that names the device and the CUDA of its build")
    machine = Machine(devices=(Device(history.device[0]),), build=Build(cuda=history.device[1]))
    row = next((row for _, row in wrong_numbers(machine, "", mps=False) if row.half), None)
    never = [c for c in ends_not_finite(history) if not np.isfinite(history.written(c.name)).any()]
    yield Measured(f"known faults of {history.device[0]}", int(row is not None), "0")
    if row is not None and never:
        yield Finding(
            Place(path=history.source, setting="amp"),
            f"{', '.join(c.name for c in never)} was never finite, on {history.device[0]} with CUDA {history.device[1]}: "
            f"{row.what} ({row.source})",
            fix="amp=False",
        )


def _on(device: str, loss: float) -> Facts:
    rows = [{"train/box": loss, "train/cls": 2.0} for _ in range(4)]
    return {"history": history_of(rows, tool="a console log", device=(device, "11.8"))}


@not_finite_on_known_device.fires_on
def a_gtx_1660_in_half_precision() -> Facts:
    return _on("NVIDIA GeForce GTX 1660 Ti", float("nan"))


@not_finite_on_known_device.quiet_on
def a_gtx_1660_that_trains() -> Facts:
    return _on("NVIDIA GeForce GTX 1660 Ti", 1.2)


@not_finite_on_known_device.quiet_on
def another_device() -> Facts:
    return _on("Tesla T4", float("nan"))
