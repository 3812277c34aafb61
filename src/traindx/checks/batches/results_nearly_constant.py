"""B215: the augmentation hands on pictures of nearly one value."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.checks.batches.augmented_example import augmented, sample
from traindx.core.augmentation import Augmentation
from traindx.core.augmented_boxes import place_of
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured

BYTES = ("uint8", "int8", "bool")


@check("B215", level="error")
def results_nearly_constant(
    augmentation: Augmentation, *, spread: float = 0.03, reach: float = 0.12, fewest: int = 6
) -> Iterator[Finding | Measured]:
    """The values of a picture hardly differ from one another once it has gone through the pipeline.

    ## Why is this bad?
    What the network sees is the same number everywhere: it has nothing to tell pictures apart by, and the loss stands at chance.

    ## How to fix
    Most often the values are divided by 255 twice: `ToTensor` and `v2.ToDtype(scale=True)` do it already.

    Judged is the median over the samples of the largest deviation of a channel. In 0..1 pictures have 0.15 to 0.3, normalised ones
    about 1; `spread` lies far below both. A few bright spots on black deviate as little, and reach from 0 to 1: only where the
    values of a picture lie within `reach` of each other, beside how far the means of its channels are apart, is it said. Both are
    guesses. Bytes are not judged.
    """
    held = [s for s in augmentation.samples if s.std and not s.not_finite and s.dtype not in BYTES]
    if len(held) < fewest:
        raise NotEnough(f"{len(held)} results of floating point were seen, and {fewest} are needed")
    middle = float(np.median([max(s.std) for s in held]))
    range_ = float(np.median([max(0.0, s.high - s.low - np.ptp(s.mean)) for s in held]))
    yield Measured("deviation of a picture's values (median)", middle, f"over {spread:g}")
    yield Measured("from the lowest to the highest value of a picture (median)", range_, f"over {reach:g}")
    if middle < spread and range_ < reach:
        text = f"the values of a picture deviate by {middle:.2g} and lie within {range_:.2g} of each other"
        text += " (pictures in 0..1 deviate by 0.15 to 0.3, normalised ones by about 1)"
        yield Finding(place_of(augmentation), text)


@results_nearly_constant.fires_on
def divided_twice() -> Facts:
    return augmented(*(sample(number=n, std=(0.001, 0.001, 0.001), low=0.0, high=0.004) for n in range(16)))


@results_nearly_constant.fires_on
def divided_by_255_and_normalised_as_bytes() -> Facts:
    mean, std = (-2.11, -2.03, -1.8), (0.003, 0.003, 0.003)
    return augmented(*(sample(number=n, mean=mean, std=std, low=-2.118, high=-1.79) for n in range(16)))


@results_nearly_constant.quiet_on
def flat_pictures_in_unit_range() -> Facts:
    return augmented(*(sample(number=n, std=(0.06, 0.05, 0.05)) for n in range(16)))


@results_nearly_constant.quiet_on
def stars_on_a_black_sky() -> Facts:
    return augmented(*(sample(number=n, std=(0.02, 0.02, 0.02), low=0.0, high=1.0) for n in range(16)))
