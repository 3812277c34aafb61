"""B102: raw pixel values reach a first layer that a normalisation follows, or decibels one without."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from traindx.checks.batches.unscaled_inputs import scale_of
from traindx.core.check import Facts, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.loaders import fed_at
from traindx.core.recording import Layer, Recording


@check("B102", level="warning")
def unscaled_inputs_before_normalisation(
    recording: Recording, *, largest: float = 30.0, spread: float = 8.0
) -> Iterator[Finding | Measured]:
    """Inputs are tens of times larger than usual, and a normalisation follows the first layer, or they may be decibels.

    ## Why is this bad?
    The normalisation takes the scale out again, so such a network often learns as well as with scaled inputs. What
    remains is that weight decay and the rate of the first layer act on another scale, and that pretrained weights
    expect scaled pictures. The first layer of a network that normalises further behind is a matter of B101.

    ## How to fix
    Divide pictures by 255 and standardise them, in training and validation alike. The measurement is that of B101.
    """
    seen = scale_of(recording)
    if seen is None:
        return
    yield from seen.measured
    if seen.high < largest or seen.deviation < spread or seen.normalised == seen.in_decibels:
        return
    text = f"{seen.words}; {'a normalisation follows' if seen.normalised else 'they may be decibels'}"
    yield Finding(fed_at(recording, layer=seen.layer, step=0), text)


def _run(kind: str) -> Facts:
    detail = {"first_input": {"layer": "conv1", "min": 0.0, "max": 255.0, "mean": [0.0], "std": [70.0]}}
    run = recording_with(falling(), detail=detail)
    return {"recording": replace(run, layers=(run.layers[0], Layer("second", kind), *run.layers[1:]))}


@unscaled_inputs_before_normalisation.fires_on
def raw_pixels_before_batch_normalisation() -> Facts:
    return _run("BatchNorm2d")


@unscaled_inputs_before_normalisation.quiet_on
def raw_pixels_without_normalisation() -> Facts:
    return _run("ReLU")
