"""B214: the augmentation normalises twice."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.batches.augmented_example import SCALE, augmented
from traindx.core.augmentation import Augmentation
from traindx.core.augmented_boxes import place_of
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.normalising import normalisations


@check("B214", level="error")
def normalised_more_than_once(augmentation: Augmentation) -> Iterator[Finding | Measured]:
    """The pipeline takes the mean away twice.

    ## Why is this bad?
    The second one shifts and stretches what is centred already: inputs lie near -2 and reach to 10, which nobody meant.

    ## How to fix
    Leave one of them out; a model's own preprocessing may be the other.
    """
    if not augmentation.steps:
        raise NotEnough("the pipeline does not tell its steps")
    found = normalisations(augmentation)
    yield Measured("normalisations", len(found), "at most 1")
    if len(found) > 1:
        text = f"the pipeline normalises {len(found)} times, with means {found[0].mean[0]:g} and {found[1].mean[0]:g}"
        yield Finding(place_of(augmentation), text)


@normalised_more_than_once.fires_on
def normalisation_of_two_libraries() -> Facts:
    return augmented(steps=(SCALE, SCALE))


@normalised_more_than_once.quiet_on
def one_normalisation() -> Facts:
    return augmented()
