"""B110: the numbers that reach the first layer are hundreds of times smaller than usual."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from traindx.checks.batches.unscaled_inputs import scale_of
from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import flat, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.loaders import fed_at
from traindx.core.recording import Layer, Recording

TWICE = 1.05 / 255
"""The largest value of pictures that were divided by 255 twice, with some room for resizing."""


@check("B110", level="error", preview=True)
def inputs_nearly_zero(recording: Recording, *, largest: float = 0.02) -> Iterator[Finding | Measured]:
    """The numbers that reach the first weighted layer stay below a fiftieth, and no normalisation follows it.

    ## Why is this bad?
    The first layer's output is its bias, the same for every picture, and its gradient is as small as its input: the usual rates
    are far too low for it. Most often pictures were divided by 255 twice: `ToTensor` does it already.

    ## How to fix
    Divide once, and standardise. Pictures of 0..1 have a deviation of about 0.25; 0.02 is a guess, 12 bits scaled by 16 reach 0.06.
    A network that normalises right behind its first layer takes the scale out again: B111.
    """
    seen = scale_of(recording)
    if seen is None:
        raise NotEnough("the first layer's input was not seen")
    yield Measured("largest input of the first layer", seen.high, f"over {largest:g}")
    if 0 < seen.high < largest and not seen.normalised:
        yield Finding(fed_at(recording, layer=seen.layer, step=0), words(seen.high, seen.deviation, seen.layer))


def words(high: float, deviation: float, layer: str | None) -> str:
    """What a finding says."""
    why = ": pictures were divided by 255 twice" if high <= TWICE else ""
    return f"inputs reach {high:.3g} with a standard deviation of {deviation:.2g} at {layer} (should be about 1){why}"


def tiny(kind: str, high: float = 1 / 255) -> Facts:
    """A run whose first layer is given tiny numbers, and a layer of some kind behind it."""
    seen = {"layer": "conv1", "min": 0.0, "max": high, "mean": [high / 3], "std": [high / 4]}
    run = recording_with(flat(), detail={"first_input": seen})
    return {"recording": replace(run, layers=(run.layers[0], Layer("second", kind), *run.layers[1:]))}


@inputs_nearly_zero.fires_on
def divided_by_255_twice() -> Facts:
    return tiny("ReLU")


@inputs_nearly_zero.quiet_on
def twelve_bits_scaled_by_sixteen() -> Facts:
    return tiny("ReLU", high=4095 / 65535)


@inputs_nearly_zero.quiet_on
def divided_twice_before_a_normalisation() -> Facts:
    return tiny("BatchNorm2d")
