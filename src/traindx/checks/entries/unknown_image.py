"""D233: annotations of an image that the json does not list."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.entry_findings import ENTRY_FORMATS, entries_of, entry_findings
from traindx.core.finding import Finding, Measured
from traindx.core.small_dataset import dataset_of


@check("D233", level="error")
def unknown_image(dataset: Dataset) -> Iterator[Finding | Measured]:
    """An annotation belongs to an image that `images` does not list.

    ## Why is this bad?
    Readers that go picture by picture (pycocotools, torchvision) never see the box: it is lost. Others stop: Ultralytics'
    convert_coco raises KeyError.

    ## How to fix
    List the image, correct `image_id`, or delete the annotation.
    """
    if dataset.format not in ENTRY_FORMATS:
        return
    wrong = entries_of(dataset, "unknown-image")
    yield Measured("annotations of images that are not listed", len(wrong), "0")
    yield from entry_findings(dataset, wrong)


def _set(kind: str) -> Dataset:
    reason = "annotation 7 belongs to image 99, which `images` does not list"
    row = {"image": -1, "label_path": "a.json", "kind": kind, "reason": reason}
    return replace(dataset_of([{"path": "a.jpg"}], [{"image": 0}], rows=[row]), format="coco")


@unknown_image.fires_on
def an_annotation_of_image_99() -> Facts:
    return {"dataset": _set("unknown-image")}


@unknown_image.quiet_on
def another_fault() -> Facts:
    return {"dataset": _set("malformed")}
