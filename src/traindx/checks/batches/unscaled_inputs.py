"""B101: raw pixel values (or other large numbers) reach the first layer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from traindx.core.check import Facts, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.recording import Recording


@check("B101", level="error")
def unscaled_inputs(
    recording: Recording, *, largest: float = 30.0, spread: float = 8.0
) -> Iterator[Finding | Measured]:
    """The numbers that reach the first weighted layer are tens of times larger than the usual 0..1 or mean 0, deviation 1.

    ## Why is this bad?
    Gradients of the first layer grow with its input, so that the usual rates are far too high for it; without batch
    normalisation behind it the whole network starts saturated.

    ## How to fix
    Scale pictures to 0..1 (`ToTensor`, or divide by 255) and subtract mean and divide by deviation of the training set.
    Measured at the input of the first weighted layer, so a network that normalises inside is not reported. Standardised
    pictures stay within about ±3 with deviation 1, pictures of 0..1 have a deviation of about 0.25.
    """
    first = [d["first_input"] for d in recording.details.values() if d.get("first_input")]
    if not first:
        return
    high = max(max(abs(_number(f["min"])), abs(_number(f["max"]))) for f in first)
    deviation = max(_largest(f["std"]) for f in first)
    yield Measured("largest input of the first layer", high, f"under {largest:g}")
    yield Measured("standard deviation of the first layer's input", deviation, "about 0.2 to 2")
    if high < largest or deviation < spread:
        return
    layer = first[0].get("layer")
    text = f"inputs reach {high:.4g} with a standard deviation of {deviation:.3g} at {layer} (should be about 1)"
    if high <= 256:
        text += ": pixel values were not divided by 255"
    yield Finding(Place(layer=layer, step=0), text)


def _number(value: Any) -> float:
    return float("nan") if value is None else float(value)


def _largest(value: Any) -> float:
    return max(map(_number, value)) if isinstance(value, (list, tuple)) else _number(value)


def _input(low: float, high: float, deviation: float) -> dict[str, object]:
    return {"first_input": {"layer": "conv1", "min": low, "max": high, "mean": [0.0], "std": [deviation]}}


@unscaled_inputs.fires_on
def raw_pixels() -> Facts:
    return {"recording": recording_with(falling(), detail=_input(0.0, 255.0, 70.0))}


@unscaled_inputs.quiet_on
def standardised() -> Facts:
    return {"recording": recording_with(falling(), detail=_input(-2.1, 2.6, 1.0))}
