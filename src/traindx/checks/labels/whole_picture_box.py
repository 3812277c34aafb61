"""D220: a box as large as its picture, among boxes that are not."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured
from traindx.core.row_findings import count_rows, row_findings
from traindx.core.small_dataset import dataset_of

SIDE = 0.99
"""Share of both sides from which on a box is as large as its picture (a hundredth for rounding)."""


@check("D220", level="note")
def whole_picture_box(dataset: Dataset, *, usual: float = 0.1) -> Iterator[Finding | Measured]:
    """A box covers its whole picture, and few boxes of the set do.

    Where more than a share of `usual` of the boxes do (a guess), large objects are usual and single ones tell nothing: see
    `whole-picture-boxes-throughout`.

    ## Why is this bad?
    It may be a close-up. It may also be a label of the picture as a whole, or a slip of the tool: then the model learns to
    answer with the whole picture.

    ## How to fix
    Look at the picture. If the object is smaller, draw the box again.
    """
    if not len(dataset.boxes):
        return
    b = dataset.boxes
    whole = (b.w >= SIDE) & (b.h >= SIDE) & (b.w <= 2 - SIDE) & (b.h <= 2 - SIDE)
    wrong = np.flatnonzero(whole)
    yield Measured("boxes as large as their picture", count_rows(dataset, wrong), f"few of {len(b)}")
    if len(wrong) > max(1.0, usual * len(b)):
        return
    yield from row_findings(dataset, wrong, lambda i: "box covers the whole picture; few of the set do")


@whole_picture_box.fires_on
def one_whole_picture_among_others() -> Facts:
    boxes: list[dict[str, float]] = [{"image": 0}, {"image": 0, "line": 2, "w": 1.0, "h": 1.0}]
    return {"dataset": dataset_of([{"path": "a.jpg"}], boxes)}


@whole_picture_box.quiet_on
def a_box_as_wide_as_the_picture() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}], [{"image": 0, "w": 1.0}])}
