"""D215: a box smaller than one pixel of its picture."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.box_readings import plain_boxes
from traindx.core.check import Facts, check
from traindx.core.corner_formats import misread
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured
from traindx.core.row_findings import count_rows, row_findings
from traindx.core.small_dataset import dataset_of


@check("D215", level="warning", depth="quick")
def sub_pixel_box(dataset: Dataset) -> Iterator[Finding | Measured]:
    """A box has an area and is less than one pixel wide or high in the picture as stored.

    ## Why is this bad?
    There is nothing in it to be seen. Augmentation drops such boxes without a word (Ultralytics: sides of 2 px or less).

    ## How to fix
    Delete the row, or draw the box again: most often it is a stray click of the annotation tool.
    """
    if not (dataset.images.width[dataset.boxes.image] > 0).any():
        return
    b, images = dataset.boxes, dataset.images
    width = b.w * images.width[b.image]
    height = b.h * images.height[b.image]
    small = ((width < 1) | (height < 1)) & (images.width[b.image] > 0) & plain_boxes(dataset) & ~misread(dataset)
    wrong = np.flatnonzero(small)
    yield Measured("boxes under one pixel", count_rows(dataset, wrong), "0")
    yield from row_findings(
        dataset, wrong, lambda i: f"box is {width[i]:.2g} x {height[i]:.2g} px, should be 1 x 1 or more"
    )


@sub_pixel_box.fires_on
def a_third_of_a_pixel() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}], [{"image": 0, "w": 0.3 / 640, "h": 0.2 / 480}])}


@sub_pixel_box.quiet_on
def two_pixels() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}], [{"image": 0, "w": 2 / 640, "h": 2 / 480}])}
