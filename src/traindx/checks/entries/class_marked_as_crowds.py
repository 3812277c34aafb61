"""D247: a category whose annotations are marked as crowds, most or all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.entry_findings import entries_of, entry_findings
from traindx.core.finding import Finding, Measured
from traindx.core.small_dataset import dataset_of


@check("D247", level="warning")
def class_marked_as_crowds(dataset: Dataset) -> Iterator[Finding | Measured]:
    """More than half of the annotations of a category in a json, 20 or more, have `iscrowd: 1`.

    ## Why is this bad?
    An annotation of a crowd is of many objects at once. torchvision's references, Detectron2 and Ultralytics' converter leave
    it out, and COCO's evaluation ignores what is predicted there: the class is neither learned nor measured. Categories that are
    called so (ignored regions, groups, crowds) are left out.

    ## How to fix
    Set `iscrowd` to 0 where the annotation is of one object.
    """
    if dataset.format != "coco":
        return
    wrong = entries_of(dataset, "crowds")
    yield Measured("categories that are mostly crowds", len(wrong), "0")
    yield from entry_findings(dataset, wrong)


def _set(kind: str) -> Dataset:
    reason = "60 of 61 annotations of category 1 (cat) have iscrowd 1: trainings and evaluations leave them out"
    row = {"image": 0, "label_path": "a.json", "kind": kind, "reason": reason}
    return replace(dataset_of([{"path": "a.jpg"}], [{"image": 0}], rows=[row]), format="coco")


@class_marked_as_crowds.fires_on
def a_category_of_crowds() -> Facts:
    return {"dataset": _set("crowds")}


@class_marked_as_crowds.quiet_on
def another_fault() -> Facts:
    return {"dataset": _set("malformed")}
