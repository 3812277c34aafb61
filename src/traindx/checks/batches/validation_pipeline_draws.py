"""B222: the pipeline of validation draws at random."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.batches.augmented_example import validated
from traindx.core.augmentation import Augmentation
from traindx.core.augmented_boxes import place_of
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured


@check("B222", level="warning")
def validation_pipeline_draws(augmentation: Augmentation) -> Iterator[Finding | Measured]:
    """The pipeline of validation gives other results for the same pictures with other random numbers.

    ## Why is this bad?
    Metrics move from epoch to epoch though nothing was learned, and best weights are chosen by luck. Often the training's
    pipeline was given to validation.

    ## How to fix
    Validate with resizing, cropping in the middle and normalising alone.
    """
    other = augmentation.validation
    if other is None:
        raise NotEnough("needs the pipeline of validation: augment-val=train.py:name")
    yield Measured("validation comes out the same each time", "yes" if other.repeats else "no", "yes")
    if not other.repeats:
        text = f"{other.spec} gives other results for the same pictures each time, as an augmentation does"
        yield Finding(place_of(other), text)


@validation_pipeline_draws.fires_on
def augmentation_in_validation() -> Facts:
    return validated(repeats=False)


@validation_pipeline_draws.quiet_on
def resized_alone() -> Facts:
    return validated()
