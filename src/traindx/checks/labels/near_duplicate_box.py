"""D217: two boxes of one class that nearly coincide."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.box_pairs import coinciding, first_twin, is_identical, is_shape
from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured
from traindx.core.row_findings import count_rows, row_findings, row_name
from traindx.core.small_dataset import dataset_of


@check("D217", level="note")
def near_duplicate_box(dataset: Dataset, *, iou: float = 0.95) -> Iterator[Finding | Measured]:
    """Two boxes of the same class nearly coincide, and are not exactly the same.

    `iou`: the intersection over union from which on, a guess: of 4,886 blood cells, which touch and overlap, no pair
    reaches it, and 7 have more than 0.9 (`python bench/label_bounds.py`). Exact repetitions are reported by `duplicate-box`.

    ## Why is this bad?
    Most often one object was drawn twice. It then weighs twice, and the second box is scored as missed.

    ## How to fix
    Look at the pair, and delete one of the two if it is one object.
    """
    if not len(dataset.boxes):
        return
    b = dataset.boxes
    pairs = coinciding(dataset, iou)
    near = (b.class_id[pairs.first] == b.class_id[pairs.second]) & ~is_identical(dataset, pairs)
    near &= ~is_shape(dataset)[pairs.second]
    twins = first_twin(pairs, near)
    overlap = dict(zip(pairs.second[near].tolist(), pairs.iou[near].tolist(), strict=True))
    wrong = np.array(sorted(twins), dtype=np.int64)
    yield Measured(f"boxes that cover {iou:.0%} of another of their class", count_rows(dataset, wrong), "0")

    def message(i: int) -> str:
        return f"nearly the box of {row_name(dataset, twins[i])}: IoU {overlap[i]:.3f}, two objects are below {iou:g}"

    yield from row_findings(dataset, wrong, message)


@near_duplicate_box.fires_on
def two_boxes_that_nearly_agree() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}], [{"image": 0}, {"image": 0, "line": 2, "x": 0.501}])}


@near_duplicate_box.quiet_on
def two_boxes_that_touch() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}], [{"image": 0}, {"image": 0, "line": 2, "x": 0.53}])}


@near_duplicate_box.quiet_on
def the_same_row_twice() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}], [{"image": 0}, {"image": 0, "line": 2}])}


@near_duplicate_box.quiet_on
def boxes_of_two_classes() -> Facts:
    boxes: list[dict[str, float]] = [{"image": 0}, {"image": 0, "line": 2, "x": 0.501, "class_id": 1}]
    return {"dataset": dataset_of([{"path": "a.jpg"}], boxes)}
