"""D204: a class id that the settings do not name."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured
from traindx.core.row_findings import count_rows, row_findings
from traindx.core.small_dataset import dataset_of


@check("D204", level="error")
def class_id_out_of_range(dataset: Dataset) -> Iterator[Finding | Measured]:
    """A label names a class that the dataset does not have.

    ## Why is this bad?
    The loss indexes the class scores with this id. On CPU that raises; on GPU it can fail later with an unrelated message,
    or train a class that nobody wanted. Ultralytics drops the whole picture, with its good boxes, and says so in one line.

    ## How to fix
    Most often the ids count from 1 and should count from 0: see `one-based-class-ids`. Otherwise add the name to the
    settings, or correct or delete the row.
    """
    if not len(dataset.boxes):
        return
    ids, last = dataset.boxes.class_id, dataset.num_classes - 1
    wrong = np.flatnonzero((ids < 0) | (ids > last) | (ids != np.floor(ids)))
    yield Measured(f"class ids outside 0..{last}", count_rows(dataset, wrong), "0")

    def message(i: int) -> str:
        if ids[i] != np.floor(ids[i]):
            return f"class id {ids[i]:g} is not a whole number, should be 0..{last}"
        return f"class id {ids[i]:g} is outside 0..{last}"

    yield from row_findings(
        dataset, wrong, message, evidence=lambda i: (Measured("class id", float(ids[i]), f"0..{last}"),)
    )


@class_id_out_of_range.fires_on
def an_id_without_a_name() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}], [{"image": 0}, {"image": 0, "class_id": 2, "line": 2}])}


@class_id_out_of_range.fires_on
def a_negative_id() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}], [{"image": 0, "class_id": -1}])}


@class_id_out_of_range.fires_on
def an_id_that_is_no_whole_number() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}], [{"image": 0, "class_id": 0.5}])}


@class_id_out_of_range.quiet_on
def ids_that_have_names() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}], [{"image": 0}, {"image": 0, "class_id": 1.0, "line": 2}])}
