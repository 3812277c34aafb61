"""D301: a class that one split has and another lacks."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.class_counts import boxes_per_class, pictures_per_class
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured, Place, Table
from traindx.core.oddities import of_kind, split_path
from traindx.core.small_dataset import dataset_of


@check("D301", level="warning")
def class_missing_from_split(dataset: Dataset, *, chance: float = 0.5) -> Iterator[Finding | Measured]:
    """A class has boxes (pictures, in classification) in train and none in val, or the reverse.

    Of boxes, reported where a split drawn at random would more likely than not have the class: with m of its pictures in the
    one split and the share s of all pictures there, it lacks it with the probability s^m, which has to be below `chance`; two
    pictures cannot show ten classes. Where chance hardly explains it, see `class-left-out-of-split`.

    ## Why is this bad?
    A class without a box in val is not measured: mAP leaves it out, and a model that fails on it looks good. A class
    without a box in train cannot be learnt, and pulls mAP down whatever the training does.

    ## How to fix
    Split again so that each class is in both, stratified by picture. Very rare classes need more pictures.
    """
    counts, pictures = boxes_per_class(dataset), pictures_per_class(dataset)
    what = "picture" if dataset.task == "classify" else "box"
    strays = {odd.path.rpartition("/")[2] for odd in of_kind(dataset, "stray-folder")}
    for here, there in (("val", "train"), ("train", "val")):
        if here not in counts or there not in counts or not counts[here].sum() or not counts[there].sum():
            continue
        share = _size(dataset, there) / max(_size(dataset, here) + _size(dataset, there), 1)
        least = 1.0 if dataset.task == "classify" else chance
        missing = np.flatnonzero((counts[here] == 0) & (share ** pictures[there] < least)).tolist()
        lacking = [i for i in missing if dataset.names.get(i) not in strays]
        total = int((counts[there] > 0).sum())
        yield Measured(f"classes of {there} without a {what} in {here}", len(lacking), f"0 of {total}")
        if lacking:
            names = ", ".join(dataset.names.get(i, str(i)) for i in lacking[:5])
            more = f" and {len(lacking) - 5} more" if len(lacking) > 5 else ""
            rows = tuple((i, dataset.names.get(i, ""), int(counts[there][i]), 0) for i in lacking)
            table = Table(f"Classes without a {what} in {here}", ("id", "name", there, here), rows)
            text = f"{here} has no {what} of {len(lacking)} of the {total} classes of {there}: {names}{more}"
            yield Finding(Place(path=split_path(dataset, here), setting=here), text, (table,))


def _size(dataset: Dataset, split: str) -> int:
    return int(dataset.split_masks[split].sum())


def _lacking(pictures: int) -> Facts:
    """Class 1 in so many of eight pictures of train, and in none of two of val."""
    images = [{"path": f"{n}.jpg", "split": "train" if n < 8 else "val"} for n in range(10)]
    boxes = [{"image": n} for n in range(10)] + [{"image": n, "class_id": 1, "line": 2} for n in range(pictures)]
    return {"dataset": dataset_of(images, boxes)}


@class_missing_from_split.fires_on
def a_class_that_val_lacks() -> Facts:
    return _lacking(4)


@class_missing_from_split.quiet_on
def a_class_of_three_pictures() -> Facts:
    return _lacking(3)


@class_missing_from_split.quiet_on
def classes_in_both_splits() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}, {"path": "b.jpg", "split": "val"}], [{"image": 0}, {"image": 1}])}


@class_missing_from_split.quiet_on
def a_val_split_without_any_box() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}, {"path": "b.jpg", "split": "val"}], [{"image": 0}])}
