"""B204: the augmentation returns boxes of objects that it has cut away."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.batches.augmented_example import augmented, sample
from traindx.core.augmentation import Augmentation
from traindx.core.augmented_boxes import place_of, shown
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured


@check("B204", level="warning")
def boxes_of_objects_cut_away(augmentation: Augmentation, *, most: float = 0.15) -> Iterator[Finding | Measured]:
    """Boxes come back that hold no pixel of any object: the crop cut them away, and the box was pushed to the border or kept.

    ## Why is this bad?
    The network is taught objects where there are none; boxes without area make losses that are not finite.

    ## How to fix
    Remove boxes that a crop leaves nothing of: `SanitizeBoundingBoxes`, `min_visibility` of `bbox_params`.

    `most` is a guess.
    """
    counted = [s for s in augmentation.samples if s.empty is not None and s.boxes]
    if not counted:
        raise NotEnough("in no picture all boxes were followed")
    total, empty = sum(len(s.boxes) for s in counted), sum(s.empty or 0 for s in counted)
    inverted = sum(s.inverted for s in augmentation.samples)
    yield Measured("boxes that hold no pixel of an object", empty / total, f"at most {most:g}")
    if empty >= 3 and empty > most * total:
        text = f"{empty} of {total} boxes that came back hold no pixel of any object"
        text += f", {inverted} have no area" if inverted else ""
        yield Finding(place_of(augmentation), text, shown([s for s in counted if s.empty], "boxes without an object"))


@boxes_of_objects_cut_away.fires_on
def crops_that_keep_all_boxes() -> Facts:
    return augmented(*(sample(number=n, empty=1) for n in range(16)))


@boxes_of_objects_cut_away.quiet_on
def crops_that_remove_boxes() -> Facts:
    return augmented(*(sample(number=n, empty=0) for n in range(16)))
