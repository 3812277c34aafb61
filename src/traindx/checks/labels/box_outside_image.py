"""D207: a box that reaches over the edge of its picture."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.box_readings import overhang, plain_boxes
from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured
from traindx.core.recorded_frame import in_recorded_frame
from traindx.core.row_findings import count_rows, row_findings
from traindx.core.small_dataset import dataset_of


@check("D207", level="warning")
def box_outside_image(
    dataset: Dataset, *, tolerance_px: float = 1.0, tolerance_share: float = 0.01
) -> Iterator[Finding | Measured]:
    """A box reaches over the edge of its picture by more than rounding.

    `tolerance_px` pixels (rounding to six digits and to whole pixels) or `tolerance_share` of the side (the tolerance that
    Ultralytics allows a coordinate, data/utils.py), whichever is more, are allowed.

    ## Why is this bad?
    Ultralytics cuts the box off at the edge, others train on a box that cannot be predicted. Many such boxes mean that
    they are written in another format (see `corner-boxes-as-centre-boxes`).

    ## How to fix
    Cut the box off at the edge of the picture.
    """
    if not len(dataset.boxes):
        return
    b, images = dataset.boxes, dataset.images
    left_top, right_bottom = overhang(dataset)
    index = np.flatnonzero((left_top > 0) | (right_bottom > 0))
    if len(index):
        index = index[(plain_boxes(dataset) & ~in_recorded_frame(dataset))[index]]
    width, height = (side[b.image[index]].astype(float) for side in (images.width, images.height))
    width[width == 0], height[height == 0] = np.nan, np.nan
    x, y, w, h = (column[index] for column in (b.x, b.y, b.w, b.h))
    x0, x1 = (x - w / 2) * width, (x + w / 2) * width
    y0, y1 = (y - h / 2) * height, (y + h / 2) * height
    over = np.stack([-x0, -y0, x1 - width, y1 - height])
    allowed = np.maximum(np.stack([width, height, width, height]) * tolerance_share, tolerance_px)
    outside = np.flatnonzero((over > allowed).any(axis=0))
    wrong, at = index[outside], dict(zip(index[outside].tolist(), outside.tolist(), strict=True))
    yield Measured("boxes that leave their picture", count_rows(dataset, wrong), "0")
    yield Measured("largest overhang", float(np.nanmax(over, initial=0.0)), "at most rounding", "px")

    def message(i: int) -> str:
        beyond, most = over[:, at[i]], allowed[:, at[i]]
        edge = int(np.argmax(beyond - most))
        name = ("left", "upper", "right", "lower")[edge]
        return f"box reaches {beyond[edge]:.1f} px over the {name} edge, should be at most {most[edge]:.1f}"

    yield from row_findings(dataset, wrong, message)


@box_outside_image.fires_on
def a_box_over_the_left_edge() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}], [{"image": 0, "x": 0.05}])}


@box_outside_image.quiet_on
def a_box_that_touches_the_edge() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}], [{"image": 0, "x": 0.1}])}


@box_outside_image.quiet_on
def a_box_half_a_pixel_over_the_edge() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}], [{"image": 0, "x": 0.1 - 0.5 / 640}])}
