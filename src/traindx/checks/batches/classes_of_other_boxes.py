"""B206: boxes come back from the augmentation with the classes of others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from traindx.checks.batches.augmented_example import FLIPPED, augmented, sample
from traindx.core.augmentation import OVERLAP, Augmentation
from traindx.core.augmented_boxes import place_of
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured


@check("B206", level="error")
def classes_of_other_boxes(
    augmentation: Augmentation, *, most: float = 0.2, fewest: int = 4
) -> Iterator[Finding | Measured]:
    """Boxes come back where their pixels are, with the classes of other boxes.

    ## Why is this bad?
    The network is taught the wrong class for a part of the objects. Boxes were sorted or filtered, and their classes were not.

    ## How to fix
    Sort and filter both by the same index.

    Named from `most` of the boxes on, a guess: boxes that lie in each other can be taken for one another here.
    """
    fit = [
        box for _, box in augmentation.boxes if box.overlap >= max(OVERLAP, box.stayed if box.moved < OVERLAP else 0.0)
    ]
    known = [box for box in fit if box.label is not None and box.wanted is not None]
    if len(known) < fewest:
        raise NotEnough("too few boxes came back with a class")
    wrong = [b for b in known if b.label != b.wanted]
    yield Measured("boxes with the class of another", len(wrong) / len(known), f"at most {most:g}")
    pairs = {(b.wanted, b.label) for b in known}
    if wrong and len({wanted for wanted, _ in pairs}) == len(pairs):
        return  # each class comes back under one other id: the pipeline numbers them in its own way
    if len(wrong) >= max(fewest, most * len(known)):
        first = wrong[0]
        text = f"{len(wrong)} of {len(known)} boxes came back with another class, as {first.label} in place of {first.wanted}"
        yield Finding(place_of(augmentation), text)


@classes_of_other_boxes.fires_on
def boxes_sorted_alone() -> Facts:
    return augmented(*(sample(FLIPPED, replace(FLIPPED, label=0), number=n) for n in range(16)))


@classes_of_other_boxes.quiet_on
def classes_that_count_the_background() -> Facts:
    return augmented(*(sample(replace(FLIPPED, label=2), replace(FLIPPED, wanted=0), number=n) for n in range(16)))


@classes_of_other_boxes.quiet_on
def classes_with_their_boxes() -> Facts:
    return augmented()
