"""B223: the pipeline of validation gives pictures of quite another size than that of training."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.checks.batches.augmented_example import sample, validated
from traindx.core.augmentation import Augmentation
from traindx.core.augmented_boxes import place_of
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured


@check("B223", level="warning")
def validation_pipeline_of_other_size(
    augmentation: Augmentation, *, times: float = 2.0
) -> Iterator[Finding | Measured]:
    """Pictures are validated at more than twice, or less than half, the size that they are trained at.

    ## Why is this bad?
    Objects have other sizes than those that the network learned.

    ## How to fix
    Resize both alike.

    A third more in validation is usual (arXiv:1906.06423); `times` lies above.
    """
    other = augmentation.validation
    if other is None:
        raise NotEnough("needs the pipeline of validation: augment-val=train.py:name")
    here, there = (float(np.median([max(s.size) for s in a.samples])) for a in (augmentation, other))
    yield Measured("longer side in training", here, unit="px")
    yield Measured("longer side in validation", there, f"{here / times:g} to {here * times:g}", "px")
    if not here / times <= there <= here * times:
        yield Finding(place_of(other), f"validation sees pictures of {there:g} px, training of {here:g} px")


@validation_pipeline_of_other_size.fires_on
def validation_of_whole_photographs() -> Facts:
    return validated(*(sample(number=n, size=(1080, 1920)) for n in range(16)))


@validation_pipeline_of_other_size.quiet_on
def a_third_larger() -> Facts:
    return validated(*(sample(number=n, size=(288, 288)) for n in range(16)))
