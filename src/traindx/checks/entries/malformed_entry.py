"""D234: an entry of a json or xml that cannot be used as it is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.entry_findings import ENTRY_FORMATS, entries_of, entry_findings
from traindx.core.finding import Finding, Measured, Place
from traindx.core.small_dataset import dataset_of

KINDS = ("malformed", "encoding", "bad-box", "bad-polygon", "polygon-off-box")


@check("D234", level="error")
def malformed_entry(dataset: Dataset) -> Iterator[Finding | Measured]:
    """An annotation, image, category or xml cannot be used: parts are missing, of the wrong type or contradict each other.

    In COCO: an entry without a usable id, file_name or category_id, an id as text where it is a number elsewhere, a bbox
    that is not four numbers, a polygon that has an odd number of values or fewer than three points or lies mostly outside
    its box. In VOC: xml that breaks off or declares entities, an object without name or bndbox.

    ## Why is this bad?
    Readers stop with a KeyError, TypeError or ParseError that names neither file nor entry; pycocotools finds no box where
    the types of two ids differ, and says nothing. Where box and polygon contradict each other, box and mask losses teach
    different places.

    ## How to fix
    Correct or delete the entries named. If all are alike, export again.
    """
    if dataset.format not in ENTRY_FORMATS:
        return
    wrong = entries_of(dataset, *KINDS)
    said = {str(dataset.rows.label_path[i]) for i in wrong}
    unread = {p.removeprefix(dataset.root.rstrip("/") + "/") for p in _unread(dataset)} - said
    yield Measured("entries that cannot be used", len(wrong) + len(unread), "0")
    yield from entry_findings(dataset, wrong, pictures=True)
    for path in sorted(unread):
        yield Finding(Place(path=path), "xml cannot be read: no plain file, no permission, or above 16 MB")


def _unread(dataset: Dataset) -> set[str]:
    images = dataset.images
    return {str(path) for path in images.label_path[images.label_state == "unreadable"]}


def _set(kind: str, **picture: str) -> Dataset:
    row = {"image": 0, "label_path": "a.json", "kind": kind, "reason": "annotation 7: bbox has 3 numbers, should be 4"}
    made = dataset_of([{"path": "a.jpg", **picture}], [{"image": 0}], rows=[row] if kind else [])
    return replace(made, format="coco")


@malformed_entry.fires_on
def a_bbox_of_three_numbers() -> Facts:
    return {"dataset": _set("bad-box")}


@malformed_entry.fires_on
def an_xml_without_permission() -> Facts:
    return {"dataset": _set("", label_state="unreadable")}


@malformed_entry.quiet_on
def a_rotated_box() -> Facts:
    return {"dataset": _set("obb")}
