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
    augmentation: Augmentation, *, spread: float = 0.03, fewest: int = 6
) -> Iterator[Finding | Measured]:
    """The values of a picture hardly differ from one another once it has gone through the pipeline.

    ## Why is this bad?
    What the network sees is the same number everywhere: it has nothing to tell pictures apart by, and the loss stands at chance.

    ## How to fix
    Most often the values are divided by 255 twice: `ToTensor` and `v2.ToDtype(scale=True)` do it already.

    Judged is the median over the samples of the largest deviation of a channel. In 0..1 pictures have 0.15 to 0.3, normalised ones
    about 1; `spread` lies far below both and is a guess. Bytes are not judged.
    """
    held = [s for s in augmentation.samples if s.std and s.dtype not in BYTES]
    if len(held) < fewest:
        raise NotEnough(f"{len(held)} results of floating point were seen, and {fewest} are needed")
    middle = float(np.median([max(s.std) for s in held]))
    yield Measured("deviation of a picture's values (median)", middle, f"over {spread:g}")
    if middle < spread:
        text = f"the values of a picture deviate by {middle:.2g} in the results (0.15 to 0.3 in 0..1, about 1 once normalised)"
        yield Finding(place_of(augmentation), text)


@results_nearly_constant.fires_on
def divided_twice() -> Facts:
    return augmented(*(sample(number=n, std=(0.003, 0.003, 0.003)) for n in range(16)))


@results_nearly_constant.quiet_on
def flat_pictures_in_unit_range() -> Facts:
    return augmented(*(sample(number=n, std=(0.06, 0.05, 0.05)) for n in range(16)))
