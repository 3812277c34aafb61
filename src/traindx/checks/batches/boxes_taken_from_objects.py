"""B203: the augmentation removes boxes whose objects can still be seen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from traindx.checks.batches.augmented_example import FLIPPED, GONE, augmented, sample
from traindx.core.augmentation import Augmentation
from traindx.core.augmented_boxes import place_of, removed, seen_again, shown
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured

UNBOXED = replace(FLIPPED, given=None, overlap=0.0, label=None)


@check("B203", level="warning")
def boxes_taken_from_objects(augmentation: Augmentation, *, most: float = 0.3) -> Iterator[Finding | Measured]:
    """The pipeline returns no box for many objects whose pixels are in the result.

    ## Why is this bad?
    Such an object is taught as background: the network is punished for finding it.

    ## How to fix
    Lower `min_visibility` and `min_area` of `bbox_params`, `min_size` of `SanitizeBoundingBoxes`, or what filters boxes.

    `most` is a guess: removing slivers at the border is right.
    """
    seen = seen_again(augmentation)
    without = [(s, count) for s in augmentation.samples if (count := removed(s))]
    total = sum(count for _, count in without)
    yield Measured("objects in the results without a box", total / seen, f"at most {most:g}")
    if total > most * seen:
        text = f"{total} of {seen} objects can be seen in the results and came back without a box"
        yield Finding(place_of(augmentation), text, shown([s for s, _ in without], "objects without a box"))


@boxes_taken_from_objects.fires_on
def filter_that_takes_too_many() -> Facts:
    return augmented(*(sample(FLIPPED, UNBOXED, number=n, boxes_in=2) for n in range(16)))


@boxes_taken_from_objects.quiet_on
def boxes_of_objects_that_are_gone() -> Facts:
    return augmented(*(sample(FLIPPED, GONE, number=n, boxes_in=2) for n in range(16)))
