"""B111: tiny numbers reach a first layer that a normalisation follows."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.batches.inputs_nearly_zero import tiny, words
from traindx.checks.batches.unscaled_inputs import scale_of
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.loaders import fed_at
from traindx.core.recording import Recording


@check("B111", level="warning", preview=True)
def inputs_nearly_zero_before_normalisation(
    recording: Recording, *, largest: float = 0.02
) -> Iterator[Finding | Measured]:
    """Inputs stay below a fiftieth, and a normalisation follows the first layer.

    ## Why is this bad?
    The normalisation brings most of the scale back, until its eps outweighs the variance. Pretrained weights expect the
    usual scale.

    ## How to fix
    Divide pictures by 255 once, in training and validation alike. The measurement is that of B110.
    """
    seen = scale_of(recording)
    if seen is None:
        raise NotEnough("the first layer's input was not seen")
    yield Measured("largest input of the first layer", seen.high, f"over {largest:g}")
    if 0 < seen.high < largest and seen.normalised:
        text = f"{words(seen.high, seen.deviation, seen.layer)}; a normalisation follows"
        yield Finding(fed_at(recording, layer=seen.layer, step=0), text)


@inputs_nearly_zero_before_normalisation.fires_on
def divided_twice_before_a_normalisation() -> Facts:
    return tiny("BatchNorm2d")


@inputs_nearly_zero_before_normalisation.quiet_on
def divided_twice_without_normalisation() -> Facts:
    return tiny("ReLU")
