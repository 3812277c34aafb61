"""B202: the augmentation gives boxes back at places where their pixels are not."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.batches.augmented_example import ELSEWHERE, FLIPPED, GONE, augmented, sample
from traindx.core.augmentation import Augmentation
from traindx.core.augmented_boxes import misplaced, place_of, seen_again, shown
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured


@check("B202", level="error")
def boxes_put_elsewhere(
    augmentation: Augmentation, *, most: float = 0.2, fewest: int = 3
) -> Iterator[Finding | Measured]:
    """Boxes come back from the pipeline at other places than their pixels.

    ## Why is this bad?
    The network is taught wrong places: the axes are exchanged, the boxes are not scaled with the picture, or turned the other way.

    ## How to fix
    Look at the pictures below, and let a library transform both in one call. Boxes that the pipeline removed do not count.

    Named where more than `most` of the boxes seen again are elsewhere, and at least `fewest`: guesses, far above what crops
    and rotations of boxes make of their corners.
    """
    seen = seen_again(augmentation)
    wrong = [(sample, count) for sample in augmentation.samples if (count := misplaced(sample))]
    total = sum(count for _, count in wrong)
    yield Measured("boxes at other places than their pixels", total / seen, f"at most {most:g}")
    if total >= max(fewest, most * seen):
        text = f"{total} of {seen} boxes came back where their pixels are not"
        beyond = sum(s.beyond for s in augmentation.samples)
        text += f"; {beyond} leave the picture" if beyond else ""
        yield Finding(place_of(augmentation), text, shown([s for s, _ in wrong], "the pixels are elsewhere"))


@boxes_put_elsewhere.fires_on
def axes_exchanged() -> Facts:
    return augmented(*(sample(ELSEWHERE, ELSEWHERE, number=n) if n % 2 else sample(number=n) for n in range(16)))


@boxes_put_elsewhere.quiet_on
def boxes_with_their_pixels() -> Facts:
    return augmented()


@boxes_put_elsewhere.quiet_on
def boxes_cut_away_and_removed() -> Facts:
    return augmented(*(sample(FLIPPED, GONE, number=n, boxes_in=2) for n in range(16)))
