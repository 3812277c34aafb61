"""D216: class ids that count from 1 in a part of the files."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured, Table
from traindx.core.id_conventions import CHANCE, Shifted, shifted_ids
from traindx.core.row_findings import MOST, and_more, first_rows, picture_of, place_of
from traindx.core.small_dataset import dataset_of


@check("D216", level="error")
def mixed_id_conventions(dataset: Dataset) -> Iterator[Finding | Measured]:
    """Class ids count from 1 in a part of the files, and from 0 in the others.

    Seen by contrast, never in one file: a split, a folder or the files with a common beginning of their names have no id 0
    (by chance less often than once in a thousand, given how many of the other pictures have one), and either use the id
    that equals the number of names, or have a class mix (eight classes or more), or box sizes per class (three classes of
    20 boxes or more), that agree with the others' only when the ids are shifted by one. Without such a parting, single
    files: at least three with the impossible id, none of which has an id 0. The thresholds are guesses.

    ## Why is this bad?
    In these files every object is trained under the next class's name. The classes blur into each other, and validation
    punishes what training taught.

    ## How to fix
    Subtract one from the ids of these files: `traindx check DATA --fix --diff` shows it.
    """
    if not len(dataset.boxes) or dataset.num_classes < 2 or dataset.format != "yolo":
        return
    found = shifted_ids(dataset)
    yield Measured(
        "pictures whose ids count from 1 among others that count from 0", len(found.images) if found else 0, "0"
    )
    if found is None:
        return
    boxes, n = dataset.boxes, dataset.num_classes
    of_these = np.zeros(len(dataset.images), dtype=bool)
    of_these[found.images] = True
    rows = np.flatnonzero(of_these[boxes.image] & (boxes.class_id >= 1))
    rows = rows[np.argsort(boxes.class_id[rows] != n, kind="stable")]  # impossible ids first
    heads = first_rows(dataset, rows)
    i = int(heads[0])
    yield Finding(
        place_of(dataset, i), _message(dataset, found), (_table(dataset, of_these), picture_of(dataset, i, [i]))
    )
    for k, i in enumerate(heads[1:MOST].tolist(), 1):
        was, more = boxes.class_id[i], and_more(k, len(heads))
        text = f"class id {was:g}, should be {was - 1:g}: the ids of this file count from 1{more}"
        yield Finding(place_of(dataset, i), text)


def _message(dataset: Dataset, found: Shifted) -> str:
    text = f"ids count from 1 in {found.name} ({len(found.images)} pictures), and from 0 elsewhere: id 0 is never used there"
    if found.impossible:
        return f"{text}, id {dataset.num_classes} is, and should not be"
    distance = f"{found.as_read:.2f} from the others', and {found.as_shifted:.2f} shifted by one"
    return f"{text}; {found.witness} is {distance}"


def _table(dataset: Dataset, of_these: np.ndarray) -> Table:
    ids, inside = dataset.boxes.class_id, of_these[dataset.boxes.image]
    rows = tuple(
        (k, int(((ids == k) & ~inside).sum()), int(((ids == k) & inside).sum())) for k in range(dataset.num_classes + 1)
    )
    return Table(f"Boxes by class id (chance below {CHANCE:g})", ("id", "other files", "these files"), rows[:60])


def _set(shift: int, impossible: bool = True) -> Dataset:
    pictures = [{"path": f"images/{s}/{n}.jpg", "split": s} for s in ("train", "val") for n in range(20)]
    boxes = []
    for i, picture in enumerate(pictures):
        add = shift if picture["split"] == "val" else 0
        for k in range(3 if impossible else 2):
            boxes.append({"image": i, "line": k + 1, "class_id": k + add, "x": 0.2 + k / 4, "w": 0.05 + k / 10})
    return dataset_of(pictures, boxes, names=("cat", "dog", "cow"))


@mixed_id_conventions.fires_on
def a_split_whose_ids_count_from_one() -> Facts:
    return {"dataset": _set(1)}


@mixed_id_conventions.quiet_on
def one_convention() -> Facts:
    return {"dataset": _set(0)}


@mixed_id_conventions.quiet_on
def a_split_that_lacks_the_first_class() -> Facts:
    return {"dataset": _set(1, impossible=False)}
