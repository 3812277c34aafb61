"""B101: raw pixel values (or other large numbers) reach the first layer."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

from traindx.core.check import Facts, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.loaders import fed_at
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

    Measured at the input of the first weighted layer, so a network that normalises inside is not reported; one that
    normalises right behind that layer takes most of the scale out again and gets a warning, B102. Standardised pictures
    stay within about ±3 with deviation 1, pictures of 0..1 have a deviation of about 0.25.
    """
    seen = scale_of(recording)
    if seen is None:
        return
    yield from seen.measured
    if seen.high < largest or seen.deviation < spread or seen.normalised or seen.in_decibels:
        return
    yield Finding(fed_at(recording, layer=seen.layer, step=0), seen.words)


DECIBELS = 30.0
"""Deviation up to which numbers of both signs, or below zero, may be decibels; of raw pixels it is 50 to 80. A guess."""


@dataclass(frozen=True)
class Scale:
    """The least and the largest number (`high`: of either sign) and the deviation at the first weighted layer's input, and whether
    a normalisation follows."""

    layer: str | None
    low: float
    high: float
    deviation: float
    normalised: bool

    @property
    def in_decibels(self) -> bool:
        """Whether the numbers are spread around zero or below it like those of a spectrogram in decibels, -80 to 0: networks learn
        from them, if more slowly."""
        return self.low < -1 and self.high < 150 and self.deviation < DECIBELS

    @property
    def measured(self) -> tuple[Measured, Measured]:
        """Both numbers with what they should be."""
        return (
            Measured("largest input of the first layer", self.high, "under 30"),
            Measured("standard deviation of the first layer's input", self.deviation, "about 0.2 to 2"),
        )

    @property
    def words(self) -> str:
        """What a finding says."""
        text = f"inputs reach {self.high:.4g} with a standard deviation of {self.deviation:.3g} at {self.layer}"
        return f"{text} (should be about 1)" + (": pixel values were not divided by 255" if self.high <= 256 else "")


NORMALISATIONS = ("BatchNorm", "FrozenBatchNorm", "GroupNorm", "InstanceNorm", "SyncBatchNorm")


def scale_of(recording: Recording) -> Scale | None:
    """The scale of what reaches the first weighted layer at most recorded steps (medians: one batch unlike the others is
    another fault); None where it was not recorded."""
    seen = [d["first_input"] for d in recording.details.values() if d.get("first_input")]
    first = [f for f in seen if all(math.isfinite(_number(f[name])) for name in ("min", "max"))]
    if not first:
        return None
    layer = first[0].get("layer")
    names = [x.name for x in recording.layers]
    at = names.index(layer) if layer in names else 0
    return Scale(
        layer=layer,
        low=median(_number(f["min"]) for f in first),
        high=median(max(abs(_number(f["min"])), abs(_number(f["max"]))) for f in first),
        deviation=median(_largest(f["std"]) for f in first),
        normalised=any(x.kind.startswith(NORMALISATIONS) for x in recording.layers[at + 1 : at + 3]),
    )


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
def one_batch_of_raw_pixels_among_others() -> Facts:
    run = recording_with(falling(), detail=_input(-2.1, 2.6, 1.0))
    return {"recording": replace(run, details={**run.details, 30: {**run.details[30], **_input(0.0, 255.0, 70.0)}})}


@unscaled_inputs.quiet_on
def numbers_that_are_not_finite() -> Facts:
    return {"recording": recording_with(falling(), detail=_input(float("nan"), float("nan"), float("nan")))}


@unscaled_inputs.quiet_on
def standardised() -> Facts:
    return {"recording": recording_with(falling(), detail=_input(-2.1, 2.6, 1.0))}


@unscaled_inputs.quiet_on
def a_spectrogram_in_decibels() -> Facts:
    return {"recording": recording_with(falling(), detail=_input(-80.0, 0.0, 18.0))}
