"""V441: the console log ends at tensors of two devices."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.errors.tensors_on_different_devices import PATTERNS
from traindx.checks.validation.ended_like import ended_like
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.history import Ending, History, history_of


@check("V441", level="error", preview=True)
def log_ends_on_two_devices(history: History) -> Iterator[Finding | Measured]:
    """The console log ends at an operation whose tensors lie on two devices.

    ## Why is this bad?
    Most often the model is on one and the batch on the other, or a tensor is made inside `forward` without a device.

    ## How to fix
    `model.to(device)`, `x.to(device)`; what a module keeps as `register_buffer`; what it makes with `device=x.device`.
    """
    yield from ended_like(history, *PATTERNS)


def _ends(kind: str, message: str) -> Facts:
    ending = Ending(kind, message, 41, "train.py", 17)
    return {"history": history_of([{"train/loss": 2.0}], tool="a console log", ending=ending)}


@log_ends_on_two_devices.fires_on
def a_batch_left_behind() -> Facts:
    return _ends(
        "RuntimeError", "Expected all tensors to be on the same device, but found at least two devices, cuda:0 and cpu!"
    )


@log_ends_on_two_devices.quiet_on
def another_type() -> Facts:
    return _ends("RuntimeError", "expected scalar type Half but found Float")
