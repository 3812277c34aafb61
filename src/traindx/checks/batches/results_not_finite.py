"""B208: the augmentation returns NaN or infinite values."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.batches.augmented_example import augmented, sample
from traindx.core.augmentation import Augmentation
from traindx.core.augmented_boxes import place_of
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured


@check("B208", level="error")
def results_not_finite(augmentation: Augmentation) -> Iterator[Finding | Measured]:
    """Pictures come back from the pipeline with values that are NaN or infinite.

    ## Why is this bad?
    One such value makes the loss of the whole batch NaN.

    ## How to fix
    Look for a division by the picture's own range or deviation, which is zero in a picture of one colour, and add a small number.
    """
    bad = [s for s in augmentation.samples if s.not_finite]
    yield Measured("results with values that are not finite", len(bad), f"0 of {len(augmentation.samples)}")
    if bad:
        text = f"{bad[0].path.rpartition('/')[2]} comes back with {bad[0].not_finite:,} values that are not finite"
        yield Finding(place_of(augmentation), f"{text}, and {len(bad)} of {len(augmentation.samples)} pictures do")


@results_not_finite.fires_on
def picture_divided_by_nothing() -> Facts:
    return augmented(*(sample(number=n, not_finite=9) for n in range(16)))


@results_not_finite.quiet_on
def finite_pictures() -> Facts:
    return augmented()
