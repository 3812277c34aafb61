"""D214: polygons, rotated boxes or keypoints among the boxes of a detection set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured, Place
from traindx.core.small_dataset import dataset_of


@check("D214", level="warning")
def row_of_another_task(dataset: Dataset) -> Iterator[Finding | Measured]:
    """Label files hold polygons, rotated boxes or keypoints where the rest of the set holds boxes.

    A set of polygons alone or of rotated boxes alone is one for segmentation or rotated boxes, and is no fault. Keypoints
    need `kpt_shape` in the settings. Polygons and boxes mixed in one file are reported by `malformed-row`.

    ## Why is this bad?
    Readers differ: Ultralytics turns polygons and rotated boxes into upright boxes without a word and drops pictures with
    keypoints; others skip the file or read garbage.

    ## How to fix
    Export the files again as boxes, or train the task that the labels are for.
    """
    rows = dataset.rows
    files: dict[tuple[str, str], list[int]] = {}
    for i, kind in enumerate(rows.kind):
        if kind in ("polygon", "obb", "pose"):
            files.setdefault((str(rows.label_path[i]), str(kind)), []).append(i)
    count = Counter(kind for (_, kind), members in files.items() for _ in members)
    for kind, number in count.items():
        yield Measured(f"{kind} rows", number, "all or none")
    if not count:
        if len(dataset.boxes):
            yield Measured("rows of another task", 0, "0")
        return
    total = len(set(zip(dataset.boxes.label_path, dataset.boxes.line.tolist(), strict=True)))
    own_task = "pose" not in count and sum(count.values()) >= total
    if own_task:
        return
    for (path, _), members in files.items():
        i = members[0]
        more = f" ({len(members)} such rows in this file)" if len(members) > 1 else ""
        place = Place(path, int(rows.line[i]), str(dataset.images.path[rows.image[i]]))
        yield Finding(place, f"{rows.reason[i]}, in a set of boxes{more}")


_ROW = {"image": 0, "kind": "polygon", "reason": "9 fields: a polygon of 4 points"}


@row_of_another_task.fires_on
def a_polygon_in_a_set_of_boxes() -> Facts:
    pictures = [{"path": "a.jpg"}, {"path": "b.jpg"}]
    return {"dataset": dataset_of(pictures, [{"image": 0}, {"image": 1}], rows=[_ROW])}


@row_of_another_task.fires_on
def keypoints_without_kpt_shape() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}], [{"image": 0}], rows=[{**_ROW, "kind": "pose"}])}


@row_of_another_task.quiet_on
def a_set_of_polygons_alone() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}], [{"image": 0}], rows=[_ROW])}


@row_of_another_task.quiet_on
def a_set_of_boxes() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}], [{"image": 0}])}
