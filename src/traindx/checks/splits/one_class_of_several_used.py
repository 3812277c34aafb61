"""D305: several names, and every box is of one of them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.class_counts import boxes_per_class
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured, Place
from traindx.core.small_dataset import dataset_of


@check("D305", level="warning")
def one_class_of_several_used(dataset: Dataset, *, fewest: int = 50, most: int = 20) -> Iterator[Finding | Measured]:
    """The settings name several classes, and all boxes, 50 or more, are of one of them.

    Up to `most` names: a set that keeps the 80 names of COCO and holds persons alone is usual. Of a COCO json, a class
    that is the supercategory of others is a heading, as Roboflow writes it, and does not count. The numbers are guesses.

    ## Why is this bad?
    Converters that do not know a name write its id as 0, and labels of several classes become labels of one. The training runs
    without error, and the other classes are never predicted.

    ## How to fix
    Export again and look at the first field of some label files. If there is one class, name one.
    """
    if dataset.task == "classify" or not 2 <= dataset.num_classes <= most:
        return
    headings = set(dataset.settings.get("supercategories", ()))
    counts = np.sum([*boxes_per_class(dataset).values(), np.zeros(dataset.num_classes)], axis=0).astype(int)
    used = np.flatnonzero(counts)
    if counts.sum() < fewest:
        return
    yield Measured("classes with boxes", len(used), f"{dataset.num_classes}, as there are names")
    others = [name for i, name in dataset.names.items() if i != used[0] and name not in headings]
    if len(used) != 1 or not others:
        return
    names = ", ".join(others)
    one, n = int(used[0]), int(counts.sum())
    place = Place(path=dataset.source_path, line=dataset.settings_lines.get("names"), setting="names")
    yield Finding(place, f"all {n:,} boxes are of class {one} ({dataset.names.get(one, one)}), and none is of {names}")


def _boxes(*ids: int, names: tuple[str, ...] = ("cat", "dog", "cow"), **settings: list[str]) -> Facts:
    boxes = [{"image": 0, "line": n + 1, "class_id": ids[n % len(ids)]} for n in range(60)]
    return {"dataset": dataset_of([{"path": "a.jpg"}], boxes, names=names, settings=settings)}


@one_class_of_several_used.fires_on
def three_names_and_one_id() -> Facts:
    return _boxes(0)


@one_class_of_several_used.quiet_on
def two_of_three_names() -> Facts:
    return _boxes(0, 2)


@one_class_of_several_used.quiet_on
def a_heading_and_a_class() -> Facts:
    return _boxes(1, names=("cells", "red cell"), supercategories=["cells"])
