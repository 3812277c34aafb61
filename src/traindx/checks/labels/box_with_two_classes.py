"""D218: one box with two classes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.box_pairs import Pairs, coinciding, first_twin, is_shape
from traindx.core.box_readings import Mask
from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset, Floats
from traindx.core.finding import Finding, Measured
from traindx.core.row_findings import count_rows, row_findings, row_name
from traindx.core.small_dataset import dataset_of


@check("D218", level="warning")
def box_with_two_classes(
    dataset: Dataset, *, iou: float = 0.95, meant: float = 0.8, least: int = 10
) -> Iterator[Finding | Measured]:
    """Two boxes of different classes coincide, exactly or nearly.

    `iou`: the intersection over union from which on; cleanlab's label overlap uses the same 0.95
    (object_detection/filter.py). Classes that overlap by design (person and woman) are left out: where at least the share
    `meant` of a class's boxes, and `least` of them, has a box of one and the same other class over it (guesses).

    ## Why is this bad?
    The same pixels are taught to be two things. Whichever the model says, one of the two counts as wrong.

    ## How to fix
    Delete the wrong one of the two. If classes overlap on purpose, ignore this check with that reason.
    """
    if not len(dataset.boxes):
        return
    ids = dataset.boxes.class_id
    pairs = coinciding(dataset, iou)
    other = (ids[pairs.first] != ids[pairs.second]) & ~is_shape(dataset)[pairs.second]
    twins = first_twin(pairs, other & ~_by_design(ids, pairs, other, meant, least))
    wrong = np.array(sorted(twins), dtype=np.int64)
    yield Measured("boxes with two classes", count_rows(dataset, wrong), f"0 of {len(ids)}")

    def message(i: int) -> str:
        return (
            f"the box of {row_name(dataset, twins[i])} is there {_name(dataset, twins[i])} and here {_name(dataset, i)}"
        )

    yield from row_findings(dataset, wrong, message)


def _by_design(ids: Floats, pairs: Pairs, other: Mask, meant: float, least: int) -> Mask:
    """Pairs of two classes of which one hardly stands alone. A box of a class stands in one pair with a class, not in more."""
    first, second = ids[pairs.first], ids[pairs.second]
    designed = np.zeros(len(first), dtype=bool)
    for low, high in {
        (min(a, b), max(a, b)) for a, b in zip(first[other].tolist(), second[other].tolist(), strict=True)
    }:
        both = other & (np.minimum(first, second) == low) & (np.maximum(first, second) == high)
        every = min(np.count_nonzero(ids == low), np.count_nonzero(ids == high))
        designed |= both & (np.count_nonzero(both) >= max(least, meant * every))
    return designed


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
def a_class_above_another() -> Facts:
    boxes = [{"image": n, "line": 1 + c, "class_id": 2 * c + n % 2 * (1 - c)} for n in range(24) for c in (0, 1)]
    return {"dataset": dataset_of([{"path": f"{n}.jpg"} for n in range(24)], boxes, names=("man", "woman", "person"))}


@box_with_two_classes.quiet_on
def a_rider_on_a_horse() -> Facts:
    boxes: list[dict[str, float]] = [{"image": 0}, {"image": 0, "line": 2, "h": 0.26, "class_id": 1}]
    return {"dataset": dataset_of([{"path": "a.jpg"}], boxes)}


@box_with_two_classes.quiet_on
def the_same_row_twice() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}], [{"image": 0}, {"image": 0, "line": 2}])}
