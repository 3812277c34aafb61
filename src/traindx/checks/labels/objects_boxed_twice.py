"""D249: a large part of the objects has two boxes that nearly coincide."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.box_pairs import coinciding, is_identical, is_shape
from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured, Place
from traindx.core.row_findings import picture_of
from traindx.core.small_dataset import dataset_of


@check("D249", level="error")
def objects_boxed_twice(
    dataset: Dataset, *, iou: float = 0.9, share: float = 0.3, fewest: int = 20
) -> Iterator[Finding | Measured]:
    """Of a large part of the boxes there is another of the same class in nearly the same place.

    Single pairs are the business of `near-duplicate-box`. Named from `share` of at least `fewest` boxes on, in as large a share of
    the pictures that have boxes. Of 4,886 blood cells, which touch and overlap, 7 pairs have more than `iou` (guesses).

    ## Why is this bad?
    The same objects came in twice: two exports were merged, one of them rounded, or two annotators' work was put together. In
    validation one box of each pair is always missed, so that recall and mAP cannot reach more than about a half; Ultralytics
    drops only boxes that are exactly the same.

    ## How to fix
    Keep one of the two exports. `traindx check DATA --fix --diff` shows which rows would go.
    """
    if len(dataset.boxes) < fewest:
        return
    b = dataset.boxes
    pairs = coinciding(dataset, iou)
    twice = (b.class_id[pairs.first] == b.class_id[pairs.second]) & ~is_identical(dataset, pairs)
    twice &= ~is_shape(dataset)[pairs.second]
    rows = np.unique(pairs.second[twice])
    boxes, pictures = 2 * len(rows) / len(b), len(np.unique(b.image[rows])) / len(np.unique(b.image))
    yield Measured("boxes that have another in nearly the same place", boxes, f"below {share:.0%}")
    if boxes < share or pictures < share:
        return
    i = int(rows[0])
    text = (
        f"{min(boxes, 1):.0%} of {len(b):,} boxes, in {pictures:.0%} of the pictures, have another of their class in nearly "
        "the same place: every object was put in twice"
    )
    yield Finding(Place(setting="labels"), text, (picture_of(dataset, i, [i]),))


def _set(twice: int) -> Facts:
    """Thirty pictures with a box each, so many of them twice."""
    boxes: list[dict[str, float]] = [{"image": n} for n in range(30)]
    boxes += [{"image": n, "line": 2, "x": 0.501} for n in range(twice)]
    return {"dataset": dataset_of([{"path": f"{n}.jpg"} for n in range(30)], boxes)}


@objects_boxed_twice.fires_on
def two_exports_merged() -> Facts:
    return _set(30)


@objects_boxed_twice.quiet_on
def a_few_drawn_twice() -> Facts:
    return _set(3)
