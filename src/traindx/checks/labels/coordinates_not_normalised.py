"""D206: box coordinates in pixels."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.box_readings import in_pixels
from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured
from traindx.core.row_findings import count_rows, row_findings
from traindx.core.small_dataset import dataset_of


@check("D206", level="error")
def coordinates_not_normalised(dataset: Dataset) -> Iterator[Finding | Measured]:
    """Box coordinates are in pixels and should be shares of the picture's width and height.

    Seen when at least three of the four coordinates of a row are above 1 and all of them fit the picture's size in pixels.

    ## Why is this bad?
    Read as shares, such a box lies far outside the picture. Ultralytics and YOLOv5 drop the picture, so that a set of
    pixel coordinates trains on nothing and the box loss stays at zero.

    ## How to fix
    Divide x and w by the picture's width, y and h by its height.
    """
    if not len(dataset.boxes) or dataset.format != "yolo":
        return
    b, images = dataset.boxes, dataset.images
    wrong = np.flatnonzero(in_pixels(dataset))
    yield Measured("boxes in pixels", count_rows(dataset, wrong), "0")

    def message(i: int) -> str:
        size = f"{images.width[b.image[i]]}x{images.height[b.image[i]]}"
        return (
            f"box {b.x[i]:g} {b.y[i]:g} {b.w[i]:g} {b.h[i]:g} is in pixels of the {size} picture, should be within 0..1"
        )

    yield from row_findings(dataset, wrong, message, pixels=True)


@coordinates_not_normalised.fires_on
def a_box_in_pixels() -> Facts:
    box = {"image": 0, "x": 320.0, "y": 240.0, "w": 100.0, "h": 80.0}
    return {"dataset": dataset_of([{"path": "a.jpg"}], [box])}


@coordinates_not_normalised.quiet_on
def a_normalised_box() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}], [{"image": 0}])}


@coordinates_not_normalised.quiet_on
def a_normalised_box_outside_its_picture() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}], [{"image": 0, "x": 1.3}])}
