"""D232: two entries of a json share an id, a file or a category."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.entry_findings import ENTRY_FORMATS, entries_of, entry_findings
from traindx.core.finding import Finding, Measured
from traindx.core.small_dataset import dataset_of


@check("D232", level="error")
def duplicate_entry(dataset: Dataset) -> Iterator[Finding | Measured]:
    """Two annotations, images or categories of a COCO json share an id, two images a file, or two categories a name.

    Ids need to be unique within one json; the jsons of other splits may use them again. A name that only one of its
    categories uses is no fault: Roboflow's exports hold such a category above the others.

    ## Why is this bad?
    Readers index the entries by id (pycocotools' createIndex) and keep the last one: the first picture or box is lost, or
    its boxes go to another picture. A file that stands twice is trained on twice, each time with part of its objects as
    background. Two categories of one name are two outputs that compete for the same objects.

    ## How to fix
    Give new ids, counted through; merge the annotations of a file that stands twice, and categories of one name.
    """
    if dataset.format not in ENTRY_FORMATS:
        return
    wrong = entries_of(dataset, "duplicate-id", "duplicate-file", "duplicate-category")
    yield Measured("entries that share an id, file or name", len(wrong), "0")
    yield from entry_findings(dataset, wrong)


def _set(kind: str) -> Dataset:
    row = {"image": -1, "label_path": "a.json", "kind": kind, "reason": "annotation 7 stands twice, first in line 12"}
    return replace(dataset_of([{"path": "a.jpg"}], [{"image": 0}], rows=[row]), format="coco")


@duplicate_entry.fires_on
def two_annotations_of_one_id() -> Facts:
    return {"dataset": _set("duplicate-id")}


@duplicate_entry.fires_on
def a_file_that_stands_twice() -> Facts:
    return {"dataset": _set("duplicate-file")}


@duplicate_entry.quiet_on
def another_fault() -> Facts:
    return {"dataset": _set("malformed")}
