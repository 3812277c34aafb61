"""D236: an annotation whose area or polygon does not agree with its box."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.entry_findings import ENTRY_FORMATS, entries_of, entry_findings
from traindx.core.finding import Finding, Measured
from traindx.core.small_dataset import dataset_of


@check("D236", level="warning")
def doubtful_entry(dataset: Dataset) -> Iterator[Finding | Measured]:
    """The `area` of an annotation fits neither its box nor its polygons, is missing, or a polygon fills half of its box.

    Where nearly every area is width times height, each should be; else it may be that of a mask, between a thin line and
    the whole box. A polygon that lies outside its box is an error (see `malformed-entry`). Ids of images that are text are
    legal and stop some readers: they are one finding per json.

    ## Why is this bad?
    COCO's evaluation sorts objects into small, medium and large by `area`: the AP of each size is that of other objects.
    Without an area it stops with a KeyError. A polygon much smaller than its box is that of a part, or of another object.

    ## How to fix
    Write the area of the polygon, or width times height where there is none. Draw the box around the polygon again.
    """
    if dataset.format not in ENTRY_FORMATS:
        return
    wrong = entries_of(dataset, "wrong-area", "no-area", "polygon-beyond-box", "text-ids")
    yield Measured("annotations whose area or polygon is doubtful", len(wrong), "0")
    yield from entry_findings(dataset, wrong)


def _set(kind: str) -> Dataset:
    reason = "annotation 7: area 12 px², its box covers 9216"
    row = {"image": 0, "label_path": "a.json", "kind": kind, "reason": reason}
    return replace(dataset_of([{"path": "a.jpg"}], [{"image": 0}], rows=[row]), format="coco")


@doubtful_entry.fires_on
def an_area_of_twelve_pixels() -> Facts:
    return {"dataset": _set("wrong-area")}


@doubtful_entry.quiet_on
def another_fault() -> Facts:
    return {"dataset": _set("malformed")}
