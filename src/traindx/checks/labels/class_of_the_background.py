"""D245: a class whose boxes are the pictures themselves, beside classes of objects."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured
from traindx.core.row_findings import picture_of, place_of
from traindx.core.small_dataset import dataset_of


@check("D245", level="warning", preview=True)
def class_of_the_background(
    dataset: Dataset, *, side: float = 0.99, share: float = 0.9, least: int = 10
) -> Iterator[Finding | Measured]:
    """Every other picture or more has a box of one class that covers it, and the boxes of the other classes do not.

    A box counts from `side` of both sides on; of the class `share` of the boxes, at least `least`, of the others a tenth at
    most (guesses).

    ## Why is this bad?
    Detectors have no class for the background: what no box covers is background already. A box around everything overlaps all
    objects, takes their places from them, and is counted as an object in the score.

    ## How to fix
    Take the boxes of this class out, and its name; number the other classes anew. Some detectors of torchvision keep id 0 for the
    background: there the ids of the objects begin at 1, and there is no box of it either.
    """
    b = dataset.boxes
    if not len(b):
        return
    whole = (b.w >= side) & (b.h >= side) & (b.w <= 2 - side) & (b.h <= 2 - side)
    wrong = []
    for each in np.unique(b.class_id[whole]).tolist():
        own = b.class_id == each
        pictures = len(np.unique(b.image[own & whole]))
        many = pictures >= max(least, len(dataset.images) / 2) and whole[own].mean() >= share
        if many and not own.all() and whole[~own].mean() <= 1 - share:
            wrong.append(each)
    yield Measured("classes whose boxes are the pictures", len(wrong), "0")
    for each in wrong:
        own = np.flatnonzero(whole & (b.class_id == each))
        known = each == int(each) and 0 <= each < len(dataset.names)
        named = f"class {int(each)} ({dataset.names[int(each)]})" if known else f"class {each:g}"
        text = f"{len(own):,} boxes of {named} cover their whole picture, and hardly one of another class does: a background"
        yield Finding(place_of(dataset, int(own[0])), text, (picture_of(dataset, int(own[0]), [int(own[0])]),))


@class_of_the_background.fires_on
def a_box_around_every_picture() -> Facts:
    boxes = [{"image": n, "w": 1.0, "h": 1.0} for n in range(12)] + [{"image": n, "class_id": 1} for n in range(12)]
    return {"dataset": dataset_of([{"path": f"{n}.jpg"} for n in range(12)], boxes, names=["background", "cell"])}


@class_of_the_background.quiet_on
def some_close_ups() -> Facts:
    boxes = [{"image": n, "w": 1.0, "h": 1.0} for n in range(3)] + [{"image": n, "class_id": 1} for n in range(12)]
    return {"dataset": dataset_of([{"path": f"{n}.jpg"} for n in range(12)], boxes)}
