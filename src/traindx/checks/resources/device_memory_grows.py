"""P111: the device's allocated memory grows from step to step."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.resources.example import GIB, using
from traindx.checks.resources.host_memory_grows import after_first_epoch, steady
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.recording import Recording

MIB = 2**20


@check("P111", level="warning")
def device_memory_grows(
    recording: Recording, *, rising: float = 0.9, mebibytes: float = 16, share: float = 0.05
) -> Iterator[Finding | Measured]:
    """The memory that tensors take on the device grows in every epoch, and did not settle.

    Counted is what tensors hold (`allocated`), not what the allocator keeps for reuse (`reserved`), which may grow in a healthy
    run. Thresholds are guesses, on samples after the first epoch.

    ## Why is this bad?
    Tensors of past steps are still held. The run ends with `CUDA out of memory` at the step that the finding names.

    ## How to fix
    Keep numbers: `loss.item()`, `output.detach().cpu()`. `torch.cuda.memory._record_memory_history()` shows who allocated what.
    """
    settled = after_first_epoch(recording)
    growth = settled.growth("allocated")
    if growth is None or growth.samples < 8:
        raise NotEnough("too few samples of a device's memory after the first epoch")
    grown = growth.last - growth.first
    yield Measured("growth of the device's allocated memory after the first epoch", round(grown / MIB, 1), unit="MiB")
    if growth.rising >= rising and grown >= max(mebibytes * MIB, share * growth.first) and steady(settled, "allocated"):
        step, limit = int(settled.step[-1]), settled.machine.get("device_memory")
        text = (
            f"allocated memory rose from {growth.first / MIB:.0f} to {growth.last / MIB:.0f} MiB after the first epoch"
        )
        if limit:
            text += f"; at this pace the device's {limit / GIB:.1f} GiB are full at step {step + int(growth.steps_until(limit))}"
        yield Finding(Place(step=step), text)


@device_memory_grows.fires_on
def losses_are_kept_with_their_graphs() -> Facts:
    return {"recording": using(steps=400, allocated=[(1 + 0.01 * i) * GIB for i in range(40)])}


@device_memory_grows.quiet_on
def the_allocator_keeps_what_was_used() -> Facts:
    flat = [1.0 * GIB + 1000 * (i % 3) for i in range(40)]
    return {"recording": using(steps=400, allocated=flat, reserved=[(1 + 0.05 * i) * GIB for i in range(40)])}
