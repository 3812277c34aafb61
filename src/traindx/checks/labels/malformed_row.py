"""D203: a row of a label file that is no box."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured, Place
from traindx.core.row_findings import EVERY_ROW, MOST, and_more
from traindx.core.small_dataset import dataset_of

OTHER_TASKS = ("polygon", "obb", "pose")


@check("D203", level="error")
def malformed_row(dataset: Dataset) -> Iterator[Finding | Measured]:
    """A row of a label file cannot be read as a box.

    A row is `class x y w h`: five numbers, separated by blanks or tabs, with a decimal point, in plain text.

    ## Why is this bad?
    One such row costs the whole picture: Ultralytics and YOLOv5 drop the picture with all its good rows, and training goes
    on with less data. Other readers stop, or read the row as something else.

    ## How to fix
    Correct or delete the row. If every row of the set is like it, the export was set to another format; six numbers
    are what a prediction with confidence looks like.
    """
    if dataset.format != "yolo":
        return
    rows = dataset.rows
    unread = sorted({str(p) for p in dataset.images.label_path[dataset.images.label_state == "unreadable"]})
    wrong = [int(i) for i in np.flatnonzero(~np.isin(rows.kind.astype(str), OTHER_TASKS))]
    if unread or len(rows) or len(dataset.boxes):
        yield Measured("malformed rows", len(wrong), "0")
    for path in unread:
        place = Place(path=path.removeprefix(dataset.root.rstrip("/") + "/"))
        yield Finding(place, "label file cannot be read: a folder, no permission, or above 16 MB")
    yield from _predictions(dataset, wrong)
    per_file: dict[str, list[int]] = {}
    for i in wrong:
        per_file.setdefault(str(rows.label_path[i]), []).append(i)
    summary = len(wrong) > EVERY_ROW
    heads = [members[0] for members in per_file.values()] if summary else wrong
    for n, i in enumerate(heads[:MOST]):
        same = len(per_file[str(rows.label_path[i])])
        more = f" ({same} such rows in this file)" if summary and same > 1 else ""
        seen = f": {rows.text[i]!r}" if rows.text[i] else ""
        yield Finding(_place(dataset, i), f"{rows.reason[i]}{more}{seen}{and_more(n, len(heads))}")


def _predictions(dataset: Dataset, wrong: list[int], share: float = 0.9, least: int = 5) -> Iterator[Finding]:
    """One finding that says it where nearly every row (a guess: nine of ten) has a sixth number between 0 and 1."""
    rows = dataset.rows
    sixth = [i for i in wrong if _confidence(str(rows.text[i]))]
    if len(sixth) < max(least, share * (len(dataset.boxes) + len(wrong))):
        return
    text = f"{len(sixth):,} of {len(dataset.boxes) + len(wrong):,} rows have a sixth number between 0 and 1"
    said = "predictions saved with their confidence (save_conf), not labels"
    yield Finding(_place(dataset, sixth[0]), f"{text}: these are {said}")


def _confidence(text: str) -> bool:
    fields = text.split()
    try:
        return len(fields) == 6 and 0 <= float(fields[5]) <= 1
    except ValueError:
        return False


def _place(dataset: Dataset, row: int) -> Place:
    rows = dataset.rows
    return Place(str(rows.label_path[row]), int(rows.line[row]), str(dataset.images.path[rows.image[row]]))


@malformed_row.fires_on
def a_row_of_four_fields() -> Facts:
    row = {"image": 0, "text": "0 0.5 0.5 0.2", "reason": "4 fields, a box has 5"}
    return {"dataset": dataset_of([{"path": "a.jpg"}], rows=[row])}


@malformed_row.fires_on
def a_label_that_cannot_be_read() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg", "label_state": "unreadable"}])}


@malformed_row.fires_on
def predictions_saved_as_labels() -> Facts:
    row = {"image": 0, "text": "0 0.5 0.5 0.2 0.2 0.93", "reason": "6 fields, a box has 5"}
    return {"dataset": dataset_of([{"path": "a.jpg"}], rows=[{**row, "line": n} for n in range(1, 7)])}


@malformed_row.quiet_on
def boxes_alone() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}], [{"image": 0}])}


@malformed_row.quiet_on
def rows_of_polygons() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}], rows=[{"image": 0, "kind": "polygon"}])}
