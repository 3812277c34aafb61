"""D316: a classification set with one class."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured, Place
from traindx.core.small_dataset import dataset_of


@check("D316", level="warning")
def single_class_folder(dataset: Dataset) -> Iterator[Finding | Measured]:
    """All pictures of a classification set are of one class.

    ## Why is this bad?
    There is nothing to tell apart: the loss falls to 0 and the accuracy is 1 from the first step.

    ## How to fix
    Look whether the path leads to one class folder instead of to the folder above, or add pictures of another class.
    """
    if dataset.task != "classify":
        return
    used = np.unique(dataset.images.class_id[dataset.images.class_id >= 0]).tolist()
    yield Measured("classes with pictures", len(used), "2 or more")
    if len(used) == 1:
        place = Place(path=dataset.names.get(used[0]), setting="names")
        yield Finding(
            place, f"all pictures are of one class, {dataset.names.get(used[0], used[0])}: nothing to tell apart"
        )


@single_class_folder.fires_on
def one_class() -> Facts:
    return {"dataset": dataset_of([{"path": "cat/a.jpg", "class_id": 0}], task="classify", names=("cat",))}


@single_class_folder.quiet_on
def two_classes() -> Facts:
    pictures = [{"path": "cat/a.jpg", "class_id": 0}, {"path": "dog/a.jpg", "class_id": 1}]
    return {"dataset": dataset_of(pictures, task="classify")}
