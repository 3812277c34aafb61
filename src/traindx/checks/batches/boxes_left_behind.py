"""B201: the augmentation moves pictures and gives their boxes back as they were."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.batches.augmented_example import BESIDE, augmented, sample
from traindx.core.augmentation import ASTRAY, Augmentation
from traindx.core.augmented_boxes import place_of, seen_again, shown
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured


@check("B201", level="error")
def boxes_left_behind(
    augmentation: Augmentation, *, most: float = 0.2, fewest: int = 3
) -> Iterator[Finding | Measured]:
    """The pipeline flips, crops or turns pictures, and boxes come back as they went in.

    ## Why is this bad?
    The boxes lie beside their objects: the loss falls to what such boxes allow, and mAP stays low. Boxes were followed by their
    pixels, through the pipeline itself, so that this is no guess.

    ## How to fix
    Transform both in one call: torchvision v2 with `tv_tensors.BoundingBoxes`, Albumentations with `bbox_params`.

    Named where more than `most` of the boxes whose pixels moved stayed, and at least `fewest`; both are guesses far above
    what rounding makes.
    """
    seen_again(augmentation)
    moved = [(s, b) for s, b in augmentation.boxes if b.seen is not None and b.moved < ASTRAY]
    if len(moved) < fewest:
        raise NotEnough("the pipeline moves hardly any box")
    behind = [(s, b) for s, b in moved if b.left_behind]
    yield Measured("boxes that stayed while their pixels moved", len(behind) / len(moved), f"at most {most:g}")
    if len(behind) >= max(fewest, most * len(moved)):
        text = f"{len(behind)} of {len(moved)} boxes whose pixels were moved came back where they had been"
        alone = "" if augmentation.takes_boxes else ": the pipeline takes the picture alone"
        pictures = shown([s for s, _ in behind], "the pixels went elsewhere")
        yield Finding(place_of(augmentation), text + alone, pictures)


@boxes_left_behind.fires_on
def every_second_picture_flipped_alone() -> Facts:
    return augmented(*(sample(BESIDE, BESIDE, number=n) if n % 2 else sample(number=n) for n in range(16)))


@boxes_left_behind.quiet_on
def boxes_flipped_with_their_pictures() -> Facts:
    return augmented()
