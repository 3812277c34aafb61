"""D212: background pictures, that is pictures without a label file."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured, Place
from traindx.core.missing_labels import unlabelled
from traindx.core.row_findings import EVERY_ROW
from traindx.core.small_dataset import dataset_of


@check("D212", level="note")
def picture_without_label(dataset: Dataset) -> Iterator[Finding | Measured]:
    """A picture has no label file and counts as background.

    ## Why is this bad?
    It is not, if nothing is to be seen in the picture. If objects are, the model is taught to miss them.

    ## How to fix
    Look at the picture. An empty label file says that there is nothing on purpose, and ends this note.
    """
    images = dataset.images
    groups = [group for group in unlabelled(dataset) if not group.fault]
    total = sum(len(group.images) for group in groups)
    yield Measured("background pictures", total, f"few of {len(images)}", "pictures")
    for group in groups:
        for i in group.images[:1] if total > EVERY_ROW else group.images:
            more = f" (and {len(group.images) - 1} more of {group.split})" if total > EVERY_ROW else ""
            place = Place(image=str(images.path[i]))
            yield Finding(place, f"no label file {images.label_path[i]}: counts as background{more}")


_LABELLED = [{"path": f"images/{i}.jpg"} for i in range(3)]


@picture_without_label.fires_on
def one_picture_without_label() -> Facts:
    return {"dataset": dataset_of([*_LABELLED, {"path": "images/x.jpg", "label_state": "missing"}])}


@picture_without_label.quiet_on
def an_empty_label_file() -> Facts:
    return {"dataset": dataset_of([*_LABELLED, {"path": "images/x.jpg", "label_state": "background"}])}
