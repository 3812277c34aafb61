"""D319: a picture that a split lists twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured, Place
from traindx.core.row_findings import EVERY_ROW
from traindx.core.small_dataset import dataset_of


@check("D319", level="note")
def picture_listed_twice(dataset: Dataset) -> Iterator[Finding | Measured]:
    """A split lists a picture more than once, in its text file or by folders that hold one another.

    ## Why is this bad?
    It counts twice in training, which may be meant to give it weight, and twice in the score of val, which is not.

    ## How to fix
    Delete the second line, or the folder that is inside the other.
    """
    if dataset.format != "yolo":
        return
    images = dataset.images
    counted = Counter(() if images.once else zip(images.split.tolist(), images.path.tolist(), strict=True))
    twice = [(split, path, n) for (split, path), n in counted.items() if n > 1]
    yield Measured("pictures listed more than once", len(twice), "0")
    for split, path, n in twice[:EVERY_ROW]:
        yield Finding(Place(image=path), f"{path} is listed {n} times in {split}")


@picture_listed_twice.fires_on
def the_same_line_twice() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}, {"path": "a.jpg"}])}


@picture_listed_twice.quiet_on
def once_in_each_split() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}, {"path": "a.jpg", "split": "val"}])}
