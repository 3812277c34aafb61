"""B209: the augmentation returns boxes without area."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.batches.augmented_example import augmented, sample
from traindx.core.augmentation import Augmentation
from traindx.core.augmented_boxes import place_of, shown
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured


@check("B209", level="error")
def boxes_without_area_returned(
    augmentation: Augmentation, *, fewest: int = 3, share: float = 0.02
) -> Iterator[Finding | Measured]:
    """Boxes come back whose right edge is not right of the left one, or whose lower edge is not below the upper one.

    ## Why is this bad?
    torchvision's detectors refuse such a batch ("All bounding boxes should have positive height and width"); elsewhere the loss
    of the box is not finite, or teaches a place where nothing is.

    ## How to fix
    After a crop, cut boxes to the picture and leave out what has no width or height: `keep = (x2 > x1) & (y2 > y1)`, for the
    classes as well. After a flip the left edge is `width - x2`: corners that are flipped one by one come out in the wrong order.

    Fewer than `fewest`, or under `share` of the boxes, may be of the dataset's own labels (D213): guesses.
    """
    total = sum(len(s.boxes) for s in augmentation.samples)
    if not total:
        raise NotEnough("no boxes came back")
    bad = [s for s in augmentation.samples if s.inverted]
    count = sum(s.inverted for s in bad)
    yield Measured("boxes without area that came back", count, f"fewer than {fewest}")
    if count >= fewest and count >= share * total:
        text = f"{count} of {total} boxes came back without area, or with their corners in the wrong order"
        yield Finding(place_of(augmentation), text, shown(bad, "boxes without area"))


@boxes_without_area_returned.fires_on
def boxes_cut_to_the_border_and_kept() -> Facts:
    return augmented(*(sample(number=n, inverted=1) for n in range(16)))


@boxes_without_area_returned.quiet_on
def one_of_the_labels_own() -> Facts:
    return augmented(*(sample(number=n, inverted=int(n == 0)) for n in range(16)))
