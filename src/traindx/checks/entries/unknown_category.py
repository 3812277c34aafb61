"""D235: annotations of a category that the json does not list."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.entry_findings import ENTRY_FORMATS, entries_of, entry_findings
from traindx.core.finding import Finding, Measured
from traindx.core.small_dataset import dataset_of


@check("D235", level="error")
def unknown_category(dataset: Dataset) -> Iterator[Finding | Measured]:
    """An annotation is of a category that `categories` does not list.

    ## Why is this bad?
    Readers that map category ids to class ids stop with a KeyError. Those that take the id as it is train a class that has
    no name, or index the class scores outside their range: on GPU a device-side assert.

    ## How to fix
    List the category, correct `category_id`, or delete the annotation. If every id is one too large or too small, the
    annotations and the list count from different numbers.
    """
    if dataset.format not in ENTRY_FORMATS:
        return
    wrong = entries_of(dataset, "unknown-category")
    yield Measured("annotations of categories that are not listed", len(wrong), "0")
    yield from entry_findings(dataset, wrong, pictures=True)


def _set(kind: str) -> Dataset:
    reason = "annotation 7 is of category 99, which `categories` does not list"
    row = {"image": 0, "label_path": "a.json", "kind": kind, "reason": reason}
    return replace(dataset_of([{"path": "a.jpg"}], [{"image": 0}], rows=[row]), format="coco")


@unknown_category.fires_on
def an_annotation_of_category_99() -> Facts:
    return {"dataset": _set("unknown-category")}


@unknown_category.quiet_on
def another_fault() -> Facts:
    return {"dataset": _set("malformed")}
