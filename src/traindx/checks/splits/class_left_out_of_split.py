"""D313: a class that one split lacks, and not by chance."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.class_counts import pictures_per_class
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured, Place
from traindx.core.oddities import of_kind, split_path
from traindx.core.small_dataset import dataset_of


@check("D313", level="error")
def class_left_out_of_split(dataset: Dataset, *, chance: float = 1e-4) -> Iterator[Finding | Measured]:
    """A class of train has no sample in val, or the reverse, and a random split would have given it some.

    Of n pictures in both splits, of which s are in the other one, all m pictures of the class would lie there by chance
    with the probability (s / n)^m. Reported below `chance` (a guess: one set in 100 with a hundred classes).

    ## Why is this bad?
    A class that train lacks is never predicted and pulls mAP down. A class that val lacks is not measured, and the best
    checkpoint is chosen without it. Both come from splitting by class, by folder or by date, or from lost labels.

    ## How to fix
    Split again, stratified by class. If the labels of the class were lost in one split, convert them again.
    """
    pictures = pictures_per_class(dataset)
    strays = {odd.path.rpartition("/")[2] for odd in of_kind(dataset, "stray-folder")}
    for here, there in (("val", "train"), ("train", "val")):
        if here not in pictures or there not in pictures or not pictures[here].any() or not pictures[there].any():
            continue
        share = _size(dataset, there) / max(_size(dataset, here) + _size(dataset, there), 1)
        lacking = np.flatnonzero((pictures[here] == 0) & (pictures[there] > 0)).tolist()
        odd = [(i, share ** int(pictures[there][i])) for i in lacking if dataset.names.get(i) not in strays]
        wrong = [(i, p) for i, p in odd if p < chance]
        yield Measured(f"classes of {there} left out of {here}", len(wrong), "0")
        for i, p in wrong:
            name = dataset.names.get(i, str(i))
            text = f"{here} has no {name}, which is in {int(pictures[there][i]):,} pictures of {there}"
            numbers = (Measured("chance of this in a random split", p, f"above {chance:g}"),)
            yield Finding(Place(path=split_path(dataset, here), setting=here), f"{text} (chance {p:.1g})", numbers)


def _size(dataset: Dataset, split: str) -> int:
    return int(dataset.split_masks[split].sum())


def _set(pictures: int) -> Dataset:
    """Class 1 in the first `pictures` of 40 of train, and in none of 20 of val."""
    images = [{"path": f"{i}.jpg", "split": "train" if i < 40 else "val"} for i in range(60)]
    boxes = [{"image": i} for i in range(60)] + [{"image": i, "line": 2, "class_id": 1} for i in range(pictures)]
    return dataset_of(images, boxes)


@class_left_out_of_split.fires_on
def a_common_class_that_val_lacks() -> Facts:
    return {"dataset": _set(pictures=30)}


@class_left_out_of_split.quiet_on
def a_rare_class_that_val_lacks() -> Facts:
    return {"dataset": _set(pictures=3)}
