"""T015: an operation was given tensors of two devices."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.errors.example import raising
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.raised import errors_like
from traindx.core.recording import Recording

PATTERNS = (
    r"Expected all tensors to be on the same device",
    r"is not on the expected device",
    r"Input type \((torch\.)?cuda\.\w+\) and weight type \((torch\.)?(?!cuda)\w+\)",
    r"Input type \((torch\.)?(?!cuda)\w+\) and weight type \((torch\.)?cuda\.",
    r"indices should be either on cpu or on the same device",
    r"Expected object of (device|backend) type",
    r"two devices",
    r"Placeholder storage has not been allocated on MPS",
)


@check("T015", level="error")
def tensors_on_different_devices(recording: Recording) -> Iterator[Finding | Measured]:
    """An operation was given tensors that lie on two devices, most often the model on one and the batch on the other.

    ## Why is this bad?
    Nothing is copied between devices by itself, so that the operation stops.

    ## How to fix
    Send model and batch to one device: `model.to(device)` before the optimizer is built, and `x, y = x.to(device),
    y.to(device)` in the loop. Tensors that the model makes itself belong to `x.device`; constants belong into
    `register_buffer`.
    """
    yield from errors_like(recording, *PATTERNS)


@tensors_on_different_devices.fires_on
def the_batch_was_left_on_the_cpu() -> Facts:
    return {
        "recording": raising(
            "RuntimeError",
            "Expected all tensors to be on the same device, but found at least two devices, cuda:0 and cpu!",
        )
    }


@tensors_on_different_devices.quiet_on
def two_types_on_one_device() -> Facts:
    return {"recording": raising("RuntimeError", "mat1 and mat2 must have the same dtype, but got Double and Float")}
