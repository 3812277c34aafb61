"""D222: label files without a row."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured, Place
from traindx.core.row_findings import EVERY_ROW
from traindx.core.small_dataset import dataset_of


@check("D222", level="note")
def empty_label_file(dataset: Dataset) -> Iterator[Finding | Measured]:
    """A label file holds no row: its picture counts as background.

    ## Why is this bad?
    It is not, where nothing is to be seen: that is how a background picture is declared. A file that an export or a full
    disk left empty looks the same.

    ## How to fix
    Look at the picture. Nothing is to be done if it holds no object.
    """
    images = dataset.images
    empty = np.flatnonzero(images.label_state == "background")
    yield Measured("empty label files", len(empty), f"few of {len(images)}", "pictures")
    root = dataset.root.rstrip("/") + "/"
    for n, i in enumerate(empty[:EVERY_ROW].tolist()):
        more = f" (and {len(empty) - EVERY_ROW:,} more)" if n == EVERY_ROW - 1 and len(empty) > EVERY_ROW else ""
        own = str(images.label_path[i]).removeprefix(root) if dataset.format == "yolo" else None
        what = "row in the label file" if dataset.format == "yolo" else "annotation"
        place = Place(path=own, image=str(images.path[i]))
        yield Finding(place, f"no {what}: the picture counts as background{more}")


@empty_label_file.fires_on
def an_empty_file() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg", "label_state": "background"}])}


@empty_label_file.quiet_on
def a_file_with_a_box() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}], [{"image": 0}])}
