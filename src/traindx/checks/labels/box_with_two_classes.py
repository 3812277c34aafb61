"""D218: one box with two classes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.box_pairs import coinciding, first_twin, is_shape
from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured
from traindx.core.row_findings import count_rows, row_findings, row_name
from traindx.core.small_dataset import dataset_of


@check("D218", level="warning")
def box_with_two_classes(dataset: Dataset, *, iou: float = 0.95) -> Iterator[Finding | Measured]:
    """Two boxes of different classes coincide, exactly or nearly.

    `iou`: the intersection over union from which on; cleanlab's label overlap uses the same 0.95
    (object_detection/filter.py). Where classes may overlap by design (person and woman), it is meant.

    ## Why is this bad?
    The same pixels are taught to be two things. Whichever the model says, one of the two counts as wrong.

    ## How to fix
    Delete the wrong one of the two. If classes overlap on purpose, ignore this check with that reason.
    """
    if not len(dataset.boxes):
        return
    ids = dataset.boxes.class_id
    pairs = coinciding(dataset, iou)
    twins = first_twin(pairs, (ids[pairs.first] != ids[pairs.second]) & ~is_shape(dataset)[pairs.second])
    wrong = np.array(sorted(twins), dtype=np.int64)
    yield Measured("boxes with two classes", count_rows(dataset, wrong), f"0 of {len(ids)}")

    def message(i: int) -> str:
        return (
            f"the box of {row_name(dataset, twins[i])} is there {_name(dataset, twins[i])} and here {_name(dataset, i)}"
        )

    yield from row_findings(dataset, wrong, message)


def _name(dataset: Dataset, box: int) -> str:
    class_id = float(dataset.boxes.class_id[box])
    name = dataset.names.get(int(class_id)) if class_id == int(class_id) else None
    return f"{class_id:g} ({name})" if name else f"{class_id:g}"


@box_with_two_classes.fires_on
def one_box_of_two_classes() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}], [{"image": 0}, {"image": 0, "line": 2, "class_id": 1}])}


@box_with_two_classes.fires_on
def nearly_one_box_of_two_classes() -> Facts:
    boxes: list[dict[str, float]] = [{"image": 0}, {"image": 0, "line": 2, "x": 0.501, "class_id": 1}]
    return {"dataset": dataset_of([{"path": "a.jpg"}], boxes)}


@box_with_two_classes.quiet_on
def a_rider_on_a_horse() -> Facts:
    boxes: list[dict[str, float]] = [{"image": 0}, {"image": 0, "line": 2, "h": 0.26, "class_id": 1}]
    return {"dataset": dataset_of([{"path": "a.jpg"}], boxes)}


@box_with_two_classes.quiet_on
def the_same_row_twice() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}], [{"image": 0}, {"image": 0, "line": 2}])}
