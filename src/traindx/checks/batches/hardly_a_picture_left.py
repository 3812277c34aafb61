"""B216: a transform is asked to leave hardly anything of the picture."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.batches.augmented_example import SCALE, augmented
from traindx.core.augmentation import Augmentation, Step
from traindx.core.augmented_boxes import place_of
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured

CROPS, ERASERS = ("RandomResizedCrop",), ("RandomErasing",)


@check("B216", level="warning")
def hardly_a_picture_left(
    augmentation: Augmentation, *, crop: float = 0.05, erased: float = 0.5
) -> Iterator[Finding | Measured]:
    """A crop takes at most a twentieth of the picture's area, or an erasure takes half of it or more away.

    ## Why is this bad?
    What is left seldom shows what the label says: the network learns labels for scraps of background.

    ## How to fix
    `RandomResizedCrop(scale=(0.08, 1.0))` and `RandomErasing(scale=(0.02, 0.33))` are the defaults; textures and aerial
    pictures may bear less.

    Read from the objects' own settings, not from what the pictures look like. Both limits are guesses.
    """
    crops = [s for s in augmentation.steps if s.name in CROPS and len(s.area) == 2]
    erasers = [s for s in augmentation.steps if s.name in ERASERS and len(s.area) == 2 and s.chance >= 0.5]
    if not augmentation.steps:
        raise NotEnough("the pipeline does not tell its steps")
    least = min((s.area[1] for s in crops), default=1.0)
    most = max((s.area[0] for s in erasers), default=0.0)
    yield Measured("largest share of a picture that a crop takes", least, f"over {crop:g}")
    yield Measured("smallest share that is erased", most, f"under {erased:g}")
    if least <= crop:
        yield Finding(place_of(augmentation), f"RandomResizedCrop takes at most {least:.2%} of a picture's area")
    if most >= erased:
        yield Finding(place_of(augmentation), f"RandomErasing takes at least {most:.0%} of a picture away")


@hardly_a_picture_left.fires_on
def crops_of_a_thousandth() -> Facts:
    return augmented(steps=(Step("RandomResizedCrop", area=(0.0005, 0.004)), SCALE))


@hardly_a_picture_left.fires_on
def nearly_all_erased() -> Facts:
    return augmented(steps=(SCALE, Step("RandomErasing", area=(0.8, 0.95), chance=1.0)))


@hardly_a_picture_left.quiet_on
def the_defaults() -> Facts:
    crop, eraser = Step("RandomResizedCrop", area=(0.08, 1.0)), Step("RandomErasing", area=(0.02, 0.33), chance=0.5)
    return augmented(steps=(crop, SCALE, eraser))


@hardly_a_picture_left.quiet_on
def small_crops_beside_large_ones() -> Facts:
    return augmented(steps=(Step("RandomResizedCrop", area=(0.01, 0.4)), SCALE))
