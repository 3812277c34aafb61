"""B207: of most objects the augmentation leaves nothing."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.batches.augmented_example import FLIPPED, GONE, augmented, sample
from traindx.core.augmentation import Augmentation
from traindx.core.augmented_boxes import place_of
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Picture

FEWEST = 12


@check("B207", level="warning")
def objects_mostly_cut_away(augmentation: Augmentation, *, most: float = 0.7) -> Iterator[Finding | Measured]:
    """Of most objects the pipeline leaves no pixels that can be recognised: cut away, covered, or made too small.

    ## Why is this bad?
    Few objects are left to learn from, and pictures without objects dominate.

    ## How to fix
    Crop less (`scale` of `RandomResizedCrop` and of Ultralytics), or crop around boxes (`RandomIoUCrop`,
    `RandomSizedBBoxSafeCrop`).

    Ultralytics' mosaic at its default settings leaves out two in five boxes of COCO, which the other three pictures in it
    make up for; `most` lies far above and is a guess.
    """
    if augmentation.followed:
        raise NotEnough(f"boxes could not be followed: {augmentation.followed}")
    boxes = [box for _, box in augmentation.boxes]
    if len(boxes) < FEWEST:
        raise NotEnough(f"{len(boxes)} boxes were followed, and {FEWEST} are needed")
    lost = sum(box.seen is None for box in boxes)
    yield Measured("objects of which nothing is left", lost / len(boxes), f"at most {most:g}")
    if lost > most * len(boxes):
        pictures = [s for s in augmentation.samples if s.picture][:4]
        shown = tuple(Picture(s.picture, (), f"{s.path.rpartition('/')[2]}: what the network gets") for s in pictures)
        yield Finding(place_of(augmentation), f"of {lost} of {len(boxes)} objects nothing is left", shown)


@objects_mostly_cut_away.fires_on
def crops_of_a_fiftieth() -> Facts:
    return augmented(*(sample(GONE, GONE, number=n) for n in range(16)))


@objects_mostly_cut_away.quiet_on
def every_second_object_cut_away() -> Facts:
    return augmented(*(sample(FLIPPED, GONE, number=n) for n in range(16)))
