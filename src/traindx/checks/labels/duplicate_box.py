"""D209: the same box twice in one label file."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.box_pairs import coinciding, first_twin, is_identical, is_shape
from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured
from traindx.core.row_findings import count_rows, row_findings, row_name
from traindx.core.small_dataset import dataset_of


@check("D209", level="warning")
def duplicate_box(dataset: Dataset) -> Iterator[Finding | Measured]:
    """A picture has exactly the same box of the same class twice.

    Polygons and rotated boxes that merely have the same enclosing box are not meant.

    ## Why is this bad?
    A box counted twice weighs twice, and the second is scored as missed when mAP is computed. Ultralytics removes exact
    duplicates, other readers do not.

    ## How to fix
    Delete one of the two: `traindx check DATA --fix --diff` shows which.
    """
    if not len(dataset.boxes):
        return
    ids = dataset.boxes.class_id
    pairs = coinciding(dataset, 0.999)
    same = is_identical(dataset, pairs) & (ids[pairs.first] == ids[pairs.second])
    twins = first_twin(pairs, same & ~is_shape(dataset)[pairs.second])
    wrong = np.array(sorted(twins), dtype=np.int64)
    yield Measured("duplicate boxes", count_rows(dataset, wrong), "0")
    yield from row_findings(dataset, wrong, lambda i: f"the same box as {row_name(dataset, twins[i])}, should be once")


@duplicate_box.fires_on
def the_same_row_twice() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}], [{"image": 0}, {"image": 0, "line": 2}])}


@duplicate_box.quiet_on
def one_box_of_two_classes() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}], [{"image": 0}, {"image": 0, "line": 2, "class_id": 1}])}


@duplicate_box.quiet_on
def two_polygons_with_the_same_enclosing_box() -> Facts:
    rows = [{"image": 0, "line": line, "kind": "polygon"} for line in (1, 2)]
    return {"dataset": dataset_of([{"path": "a.jpg"}], [{"image": 0}, {"image": 0, "line": 2}], rows=rows)}


@duplicate_box.quiet_on
def two_boxes_that_nearly_agree() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}], [{"image": 0}, {"image": 0, "line": 2, "x": 0.501}])}


@duplicate_box.quiet_on
def the_same_box_in_two_pictures() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}, {"path": "b.jpg"}], [{"image": 0}, {"image": 1}])}
