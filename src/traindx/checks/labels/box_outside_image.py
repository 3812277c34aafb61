"""D207: a box that reaches over the edge of its picture."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.box_readings import plain_boxes
from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset, dataset_of
from traindx.core.finding import Finding, Measured
from traindx.core.row_findings import count_rows, row_findings


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
    x0, y0, x1, y1 = dataset.corners()
    width, height = (side[b.image].astype(float) for side in (images.width, images.height))
    over = np.stack([-x0, -y0, x1 - width, y1 - height])
    side = np.maximum(np.stack([width, height, width, height]) * tolerance_share, tolerance_px)
    outside = (over > side).any(axis=0) & plain_boxes(dataset)
    wrong = np.flatnonzero(outside)
    yield Measured("boxes that leave their picture", count_rows(dataset, wrong), "0")
    sane = over[:, plain_boxes(dataset)]
    yield Measured("largest overhang", float(np.nanmax(sane, initial=0.0)), "at most rounding", "px")

    def message(i: int) -> str:
        edge = int(np.argmax(over[:, i]))
        name = ("left", "upper", "right", "lower")[edge]
        return f"box reaches {over[edge, i]:.1f} px over the {name} edge, should be at most {side[edge, i]:.1f}"

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
