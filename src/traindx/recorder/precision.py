"""The precision in which a forward pass computes: autocast, and the types of tensors."""

from __future__ import annotations

from typing import Any

from traindx.recorder.contents import is_a, sequence
from traindx.recorder.measure import local

DEVICES = ("cuda", "cpu", "xpu")


def autocast_of(torch: Any, device: str) -> str | None:
    """The type to which autocast casts on a kind of device, `float16` say; None where it is off now."""
    if device not in DEVICES:
        return None
    try:
        on, to = torch.is_autocast_enabled(device), torch.get_autocast_dtype(device)
    except (AttributeError, TypeError):  # before torch 2.4
        if device == "cpu":
            on, to = torch.is_autocast_cpu_enabled(), torch.get_autocast_cpu_dtype()
        else:
            on, to = torch.is_autocast_enabled(), torch.get_autocast_gpu_dtype()
    return type_name(to) if on else None


def type_name(value: Any) -> str:
    """`float16` of `torch.float16`."""
    return str(value).removeprefix("torch.")


def first_parameter(module: Any) -> Any | None:
    """The first parameter of a module that is a float, this rank's part of it."""
    return next((local(p) for p in module.parameters() if p.is_floating_point()), None)


def output_type(torch: Any, output: Any) -> str | None:
    """The type of a module's output, of the first of several; None where it is no tensor of floats."""
    output = next(iter(sequence(output) or (output,)))
    return type_name(output.dtype) if is_a(output, torch.Tensor) and output.is_floating_point() else None
