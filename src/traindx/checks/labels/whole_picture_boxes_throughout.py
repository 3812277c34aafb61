"""D221: nearly every box is as large as its picture."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured, Place
from traindx.core.row_findings import picture_of
from traindx.core.small_dataset import dataset_of


@check("D221", level="warning")
def whole_picture_boxes_throughout(
    dataset: Dataset, *, side: float = 0.99, share: float = 0.9, least: int = 10
) -> Iterator[Finding | Measured]:
    """Nearly every box of a detection set covers its whole picture.

    A box counts from `side` of both sides on; a share of `share`, of at least `least` boxes (guesses).

    ## Why is this bad?
    There is nothing to locate: this is a classification set with boxes added. A detector trained on it answers with the
    whole picture, and fails wherever the object is a part of it.

    ## How to fix
    Train a classifier, or draw boxes.
    """
    if not len(dataset.boxes):
        return
    b = dataset.boxes
    whole = (b.w >= side) & (b.h >= side) & (b.w <= 2 - side) & (b.h <= 2 - side)
    yield Measured("boxes as large as their picture", f"{whole.mean():.1%}", f"below {share:.0%}")
    if len(b) < least or whole.mean() < share:
        return
    i = int(np.flatnonzero(whole)[0])
    text = f"{int(whole.sum()):,} of {len(b):,} boxes cover their whole picture, should be below {share:.0%}"
    yield Finding(Place(setting="labels"), text, (picture_of(dataset, i, [i]),))


@whole_picture_boxes_throughout.fires_on
def a_classification_set_with_boxes() -> Facts:
    boxes = [{"image": n, "w": 1.0, "h": 1.0} for n in range(12)]
    return {"dataset": dataset_of([{"path": f"{n}.jpg"} for n in range(12)], boxes)}


@whole_picture_boxes_throughout.quiet_on
def boxes_of_objects() -> Facts:
    return {"dataset": dataset_of([{"path": f"{n}.jpg"} for n in range(12)], [{"image": n} for n in range(12)])}
