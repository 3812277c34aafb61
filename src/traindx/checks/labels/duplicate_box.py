"""D209: the same box twice in one label file."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset, dataset_of
from traindx.core.finding import Finding, Measured
from traindx.core.row_findings import count_rows, row_findings


@check("D209", level="warning")
def duplicate_box(dataset: Dataset) -> Iterator[Finding | Measured]:
    """A label file has exactly the same box twice, of one class or of two.

    Polygons and rotated boxes that merely have the same enclosing box are not meant.

    ## Why is this bad?
    A box counted twice weighs twice, and the second is scored as missed when mAP is computed. Ultralytics removes exact
    duplicates, other readers do not. The same box with two classes teaches a contradiction, unless classes may overlap.

    ## How to fix
    Delete one of the two rows; of two classes, the wrong one.
    """
    if not len(dataset.boxes):
        return
    b = dataset.boxes
    order = np.lexsort((b.line, b.class_id, b.h, b.w, b.y, b.x, b.image))
    columns = [column[order] for column in (b.image, b.x, b.y, b.w, b.h)]
    same_box = np.logical_and.reduce([column[1:] == column[:-1] for column in columns])
    twins = {int(order[k + 1]): int(order[k]) for k in np.flatnonzero(same_box)}
    shapes = set(zip(dataset.rows.label_path, dataset.rows.line.tolist(), strict=True))
    earlier = {i: j for i, j in twins.items() if (b.label_path[i], int(b.line[i])) not in shapes}
    other_class = [i for i, j in earlier.items() if b.class_id[i] != b.class_id[j]]
    yield Measured("duplicate boxes", count_rows(dataset, earlier), "0")
    yield Measured("of these, with two classes", count_rows(dataset, other_class), "0")

    def message(i: int) -> str:
        twin = earlier[i]
        if b.class_id[i] == b.class_id[twin]:
            return f"the same row as line {b.line[twin]}"
        return f"the same box as line {b.line[twin]} with class {b.class_id[i]:g} and there {b.class_id[twin]:g}"

    yield from row_findings(dataset, sorted(earlier), message)


@duplicate_box.fires_on
def the_same_row_twice() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}], [{"image": 0}, {"image": 0, "line": 2}])}


@duplicate_box.fires_on
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
