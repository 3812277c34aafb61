"""D341: most pictures of train hold no object."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured, Picture, Place
from traindx.core.missing_labels import unlabelled
from traindx.core.small_dataset import dataset_of

SHOWN = 5


@check("D341", level="warning")
def backgrounds_dominate(dataset: Dataset, *, share: float = 0.5) -> Iterator[Finding | Measured]:
    """More than half of the pictures of train hold no object, by an empty label or by none.

    Ultralytics recommends up to 10 % of such pictures, COCO has 1 %. The limit is a guess. Labels that lie elsewhere, and
    whole folders without, are D201.

    ## Why is this bad?
    Most steps teach the network to predict nothing. Objects are learnt slowly, and thresholds of confidence shift.

    ## How to fix
    Leave out a part of them, those that the network already gets right first. If the objects were lost on export, find
    their labels.
    """
    if dataset.task != "detect":
        return
    images = dataset.images
    bare = np.zeros(len(images), dtype=bool)
    bare[[i for group in unlabelled(dataset) if not group.fault for i in group.images]] = True
    for split in dataset.splits:
        if split.name != "train":
            continue
        own = dataset.split_masks[split.name]
        empty = np.flatnonzero(own & ((images.label_state == "background") | bare))
        known = len(empty) + int((own & (images.label_state == "labelled")).sum())
        if not known:
            continue
        number = Measured("share of train's pictures without an object", len(empty) / known, f"below {share:g}")
        yield number
        if len(empty) > share * known:
            paths = [str(images.path[i]) for i in empty[:SHOWN]]
            pictures = tuple(Picture(dataset.absolute(path), caption=path) for path in paths)
            text = f"{len(empty):,} of {known:,} pictures of train hold no object: {len(empty) / known:.0%}, usual are 0 to 10 %"
            yield Finding(Place(setting="train", image=paths[0]), text, (number, *pictures))


def _pictures(backgrounds: int, of: int) -> Facts:
    images = [{"path": f"{n}.jpg", "label_state": "background" if n < backgrounds else "labelled"} for n in range(of)]
    return {"dataset": dataset_of(images, [{"image": of - 1}])}


@backgrounds_dominate.fires_on
def nine_of_ten() -> Facts:
    return _pictures(9, 10)


@backgrounds_dominate.quiet_on
def one_of_ten() -> Facts:
    return _pictures(1, 10)
