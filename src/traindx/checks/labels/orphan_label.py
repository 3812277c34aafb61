"""D202: a label file whose picture is not there."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured, Place
from traindx.core.missing_labels import unlabelled
from traindx.core.row_findings import MOST, and_more
from traindx.core.small_dataset import dataset_of


@check("D202", level="warning")
def orphan_label(dataset: Dataset) -> Iterator[Finding | Measured]:
    """A label file belongs to no picture.

    ## Why is this bad?
    Its boxes are never trained on. Most often the picture was lost, renamed, or has a suffix that trainers do not read.

    ## How to fix
    Bring the picture back, or delete the label file.
    """
    misspelt = {group.elsewhere for group in unlabelled(dataset) if group.fault == "spelling"}
    orphans = [(path, split) for path, split in dataset.orphans if dataset.absolute(path) not in misspelt]
    yield Measured("label files without a picture", len(orphans), "0")
    for n, (path, split) in enumerate(orphans[:MOST]):
        yield Finding(Place(path=path), f"label file of {split} without a picture{and_more(n, len(orphans))}")


@orphan_label.fires_on
def a_label_without_a_picture() -> Facts:
    return {"dataset": dataset_of([{"path": "images/a.jpg"}], orphans=(("labels/b.txt", "train"),))}


@orphan_label.quiet_on
def every_label_has_its_picture() -> Facts:
    return {"dataset": dataset_of([{"path": "images/a.jpg"}])}
