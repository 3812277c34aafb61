"""D205: class ids that count from 1."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured, Table
from traindx.core.id_conventions import counts_from_one
from traindx.core.row_findings import MOST, and_more, first_rows, picture_of, place_of
from traindx.core.small_dataset import dataset_of


@check("D205", level="error")
def one_based_class_ids(dataset: Dataset, *, stray: float = 0.01) -> Iterator[Finding | Measured]:
    """Class ids run from 1 to n and should run from 0 to n - 1.

    Seen when, with n names, id 0 is used in no split, nearly all ids lie in 1..n, and id n is used like the other classes. A
    set that merely lacks its first class has no id n, or a few stray ones: see `class-id-out-of-range`. `stray` is the share
    of boxes that may lie outside 1..n (a guess). Where there is room for the largest id, see `first-class-never-used`.

    ## Why is this bad?
    Every object is trained under the next class's name, and the last class is out of range: an error on CPU, a device-side
    assert on GPU, dropped pictures in Ultralytics.

    ## How to fix
    Subtract one from the first field of every row, and delete cached labels (`*.cache`). Tools that export ids from 1
    (COCO's category_id) need a mapping on export.
    """
    if not len(dataset.boxes) or dataset.format not in ("yolo", "coco"):
        return
    ids, n = dataset.boxes.class_id, dataset.num_classes
    whole = ids[(ids == np.floor(ids)) & (np.abs(ids) < 1e6)].astype(int)
    used, counts = np.unique(whole, return_counts=True)
    count = dict(zip(used.tolist(), counts.tolist(), strict=True))
    yield Measured("boxes of class id 0", count.get(0, 0), "some, when ids count from 0")
    yield Measured(f"boxes of class id {n}", count.get(n, 0), "0")
    if not counts_from_one(dataset, stray):
        return
    table = tuple(
        (i, number, dataset.names.get(i, "no such name"), dataset.names.get(i - 1, "")) for i, number in count.items()
    )
    evidence = (
        Measured("smallest class id", int(used.min()), "0"),
        Measured("largest class id", int(used.max()), str(n - 1)),
        Table("Class ids in use", ("id", "boxes", "name as read", "name if counted from 1"), table),
    )
    rows = np.flatnonzero(ids >= 1)
    heads = first_rows(dataset, rows[np.argsort(ids[rows] != n, kind="stable")])  # impossible ids first
    first = int(heads[0])
    base = (
        min((i for found in dataset.class_maps.values() for i in found), default=0) if dataset.format == "coco" else 0
    )
    lowest, highest = int(used.min()) + base, int(used.max()) + base
    text = f"class ids run {lowest}..{highest} over {len(ids):,} boxes, should run {base}..{n - 1 + base}"
    why = "each is one too large" if base else "they count from 1"
    yield Finding(place_of(dataset, first), f"{text}: {why}", (*evidence, picture_of(dataset, first, [first])))
    for k, i in enumerate(heads[1:MOST].tolist(), 1):
        text = f"class id {ids[i] + base:g}, should be {ids[i] - 1 + base:g}: {why}{and_more(k, len(heads))}"
        yield Finding(place_of(dataset, i), text)


@one_based_class_ids.fires_on
def ids_that_count_from_one() -> Facts:
    boxes = [{"image": 0, "class_id": 1}, {"image": 0, "class_id": 2, "line": 2}]
    return {"dataset": dataset_of([{"path": "a.jpg"}], boxes)}


@one_based_class_ids.quiet_on
def ids_that_count_from_zero() -> Facts:
    boxes = [{"image": 0, "class_id": 0}, {"image": 0, "class_id": 1, "line": 2}]
    return {"dataset": dataset_of([{"path": "a.jpg"}], boxes)}


@one_based_class_ids.quiet_on
def a_set_that_lacks_its_first_class() -> Facts:
    boxes = [{"image": 0, "class_id": 1}, {"image": 0, "class_id": 2, "line": 2}]
    return {"dataset": dataset_of([{"path": "a.jpg"}], boxes, names=("cat", "dog", "cow"))}


@one_based_class_ids.quiet_on
def one_stray_id_among_good_ones() -> Facts:
    boxes = [{"image": 0, "class_id": 0}, {"image": 0, "class_id": 2, "line": 2}]
    return {"dataset": dataset_of([{"path": "a.jpg"}], boxes)}


@one_based_class_ids.quiet_on
def one_stray_id_in_a_set_that_lacks_its_first_class() -> Facts:
    boxes = [{"image": i, "class_id": k, "line": k} for i in range(4) for k in (1, 2)]
    stray = {"image": 0, "class_id": 3, "line": 3}
    pictures = [{"path": f"{i}.jpg"} for i in range(4)]
    return {"dataset": dataset_of(pictures, [*boxes, stray], names=("cat", "dog", "cow"))}
