"""D342: the label files of a whole split hold no row."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured, Place
from traindx.core.small_dataset import dataset_of


@check("D342", level="error")
def split_without_objects(dataset: Dataset) -> Iterator[Finding | Measured]:
    """Train or val has labels for its pictures, and not one of them holds an object.

    A split whose label files are missing is D201; a test split may be empty on purpose.

    ## Why is this bad?
    A val without objects gives mAP 0 or nan after every epoch, and early stopping and `best.pt` follow it. A train without
    objects teaches the network that nothing is ever there.

    ## How to fix
    Most often the export wrote empty files. Export the labels again, and look into one file before training.
    """
    if dataset.task != "detect":
        return
    images = dataset.images
    empty_files = images.label_state == "background"
    if not empty_files.any():
        return
    having = np.bincount(dataset.boxes.image, minlength=len(images)) > 0
    rows = np.zeros(len(images), dtype=bool)
    rows[dataset.rows.image[dataset.rows.image >= 0]] = True
    for split in dataset.splits:
        own = np.flatnonzero(dataset.in_split(split.name))
        empty = own[empty_files[own]]
        if split.name == "test" or not len(empty):
            continue
        number = Measured(f"pictures of {split.name} with an object", int(having[own].sum()), "most", "pictures")
        yield number
        if not having[own].any() and not rows[own].any():
            first = int(empty[0])
            label = str(images.label_path[first]).removeprefix(dataset.root.rstrip("/") + "/")
            text = f"the labels of {len(empty):,} of {len(own):,} pictures of {split.name} are there and hold no object"
            yield Finding(Place(path=label, image=str(images.path[first]), setting=split.name), text, (number,))


def _set(val: str) -> Facts:
    images = [{"path": f"{n}.jpg", "split": "val" if n > 5 else "train"} for n in range(9)]
    images = [{**image, "label_state": val if image["split"] == "val" else "labelled"} for image in images]
    return {"dataset": dataset_of(images, [{"image": n} for n in range(6 if val == "background" else 9)])}


@split_without_objects.fires_on
def a_val_of_empty_files() -> Facts:
    return _set("background")


@split_without_objects.quiet_on
def objects_in_both() -> Facts:
    return _set("labelled")


@split_without_objects.quiet_on
def one_background() -> Facts:
    images = [{"path": f"{n}.jpg", "label_state": "background" if n == 0 else "labelled"} for n in range(9)]
    return {"dataset": dataset_of(images, [{"image": n} for n in range(1, 9)])}
