"""D213: a box coordinate outside 0..1 that is not in pixels either."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.box_readings import out_of_range
from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured
from traindx.core.recorded_frame import in_recorded_frame
from traindx.core.row_findings import count_rows, row_findings
from traindx.core.small_dataset import dataset_of


@check("D213", level="error")
def coordinate_out_of_range(dataset: Dataset) -> Iterator[Finding | Measured]:
    """A centre or size of a box lies outside 0..1, and the box is not in pixels.

    A hundredth beyond 0 and 1 is allowed, as Ultralytics does (data/utils.py, verify_image_label).

    ## Why is this bad?
    Ultralytics and YOLOv5 drop the whole picture with all its good boxes. Other readers train on a box outside the picture.

    ## How to fix
    Correct or delete the row. A centre outside the picture cannot come from drawing: look for a wrong size in the export.
    """
    if not len(dataset.boxes):
        return
    b = dataset.boxes
    sized = (b.w > 0) & (b.h > 0) | (dataset.format == "yolo")
    wrong = np.flatnonzero(out_of_range(dataset) & sized & ~in_recorded_frame(dataset))
    yield Measured("boxes with a coordinate outside 0..1", count_rows(dataset, wrong), "0")
    if not len(wrong):
        return
    x0, y0, x1, y1 = dataset.corners()

    def message(i: int) -> str:
        if dataset.format != "yolo" and np.isfinite(x0[i]):
            width, height = (side[b.image[i]] for side in (dataset.images.width, dataset.images.height))
            return f"box {x0[i]:g} {y0[i]:g} .. {x1[i]:g} {y1[i]:g} does not fit the {width}x{height} picture"
        values = {"x": b.x[i], "y": b.y[i], "w": b.w[i], "h": b.h[i]}
        name, value = max(values.items(), key=lambda item: max(item[1] - 1, -item[1]))
        return f"{name} of the box is {value:g}, should be within 0..1"

    yield from row_findings(dataset, wrong, message)


@coordinate_out_of_range.fires_on
def a_centre_outside_the_picture() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}], [{"image": 0, "x": 1.3}])}


@coordinate_out_of_range.quiet_on
def a_centre_just_outside() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}], [{"image": 0, "x": -0.005, "w": 0.01}])}


@coordinate_out_of_range.quiet_on
def a_box_in_pixels() -> Facts:
    box = {"image": 0, "x": 320.0, "y": 240.0, "w": 100.0, "h": 80.0}
    return {"dataset": dataset_of([{"path": "a.jpg"}], [box])}
