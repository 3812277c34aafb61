"""D103: a picture of less than ten pixels."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured, Place
from traindx.core.small_dataset import dataset_of


@check("D103", level="warning", depth="quick")
def picture_too_small(dataset: Dataset, *, least: int = 10) -> Iterator[Finding | Measured]:
    """A picture is less than ten pixels wide or high.

    `least` is the smallest side that Ultralytics and YOLOv5 accept (data/utils.py, check_image).

    ## Why is this bad?
    They drop the picture with its boxes. It is most often a placeholder or a failed crop.

    ## How to fix
    Fetch the picture again, or take it and its label out of the set.
    """
    images = dataset.images
    side = np.minimum(images.width, images.height)
    small = {str(images.path[i]): int(i) for i in np.flatnonzero((side > 0) & (side < least))}
    if len(images) and side.any():
        yield Measured("smallest side of a picture", int(side[side > 0].min()), f"{least} or more", "px")
    for path, i in sorted(small.items()):
        size = f"{images.width[i]}x{images.height[i]}"
        yield Finding(Place(image=path), f"picture is {size} px, should be {least} or more on both sides")


@picture_too_small.fires_on
def eight_pixels() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg", "width": 8, "height": 8}])}


@picture_too_small.quiet_on
def ten_pixels_and_an_unknown_size() -> Facts:
    pictures = [{"path": "a.jpg", "width": 10, "height": 10}, {"path": "b.jpg", "width": 0, "height": 0}]
    return {"dataset": dataset_of(pictures)}
