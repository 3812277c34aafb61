"""D208: a box without area."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.corner_formats import misread
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured
from traindx.core.row_findings import count_rows, row_findings
from traindx.core.small_dataset import dataset_of


@check("D208", level="error")
def zero_area_box(dataset: Dataset) -> Iterator[Finding | Measured]:
    """A box has no area: its width or height is zero, negative or not finite.

    ## Why is this bad?
    A box without area cannot be learnt, and it can make box losses divide by zero. With a negative or non-finite size
    Ultralytics drops the whole picture; with a zero size it trains on it.

    ## How to fix
    Delete the row, or draw the box again: most often it is a stray click of the annotation tool.
    """
    if not len(dataset.boxes):
        return
    b = dataset.boxes
    wrong = np.flatnonzero(~b.sound)
    wrong = wrong[~misread(dataset)[wrong]] if len(wrong) else wrong
    yield Measured("boxes without area", count_rows(dataset, wrong), "0")

    def message(i: int) -> str:
        if not np.isfinite([b.x[i], b.y[i], b.w[i], b.h[i]]).all():
            return f"box {b.x[i]:g} {b.y[i]:g} {b.w[i]:g} {b.h[i]:g} has a coordinate that is not finite"
        side, value = ("width", b.w[i]) if b.w[i] <= 0 else ("height", b.h[i])
        return f"{side} of the box is {value:g}, should be above 0"

    yield from row_findings(dataset, wrong, message)


@zero_area_box.fires_on
def a_box_of_no_width() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}], [{"image": 0, "w": 0.0}])}


@zero_area_box.fires_on
def a_box_of_negative_height() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}], [{"image": 0, "h": -0.1}])}


@zero_area_box.fires_on
def a_box_that_is_not_finite() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}], [{"image": 0, "x": float("nan")}])}


@zero_area_box.quiet_on
def a_very_small_box() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}], [{"image": 0, "w": 0.002, "h": 0.002}])}
