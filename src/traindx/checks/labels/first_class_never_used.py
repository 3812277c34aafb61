"""D211: the first class is never used while all others are."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured, Place, Table
from traindx.core.small_dataset import dataset_of

PLACEHOLDERS = frozenset(
    {
        "background",
        "bg",
        "none",
        "null",
        "unlabeled",
        "unlabelled",
        "ignore",
        "ignored",
        "void",
        "dummy",
        "n/a",
        "na",
        "",
    }
)
"""Names, less underscores and blanks at the ends, of a first class that is empty on purpose."""


@check("D211", level="warning")
def first_class_never_used(dataset: Dataset, *, others: float = 0.1) -> Iterator[Finding | Measured]:
    """No box has class 0 and nearly every other class is used: the ids may count from 1.

    Seen with three names or more, when no id is out of range and the last one is used. Of the other classes the share `others`
    may be unused: that it is class 0 among them is a chance of one in ten (a guess). With a first name such as `background`
    it is meant, as with one that a COCO json uses as the supercategory of others.

    ## Why is this bad?
    If the ids count from 1, every object is trained under the next class's name, and nothing says so: the names have room
    for the largest id.

    ## How to fix
    Look at a few boxes with their names. If the names are one off, subtract one from every id or drop the first name.
    """
    if not len(dataset.boxes) or dataset.format != "yolo":
        return
    n = dataset.num_classes
    counts = {class_id: len(own) for class_id, own in dataset.boxes.by_class}
    zero = counts.get(0.0, 0)
    yield Measured("boxes of class 0", zero, "above 0, if the class exists")
    first = dataset.names.get(0, "")
    group = first in dataset.settings.get("supercategories", ())
    placeholder = group or first.strip("_ ").lower() in PLACEHOLDERS
    unused = set(range(1, n)) - counts.keys()
    if zero or placeholder or n < 3 or counts.keys() - set(range(1, n)) or n - 1 in unused:
        return
    if len(unused) + 1 > others * n and unused:
        return
    which = f"each but {len(unused)}" if unused else "each"
    rows = tuple((int(i), c, dataset.names.get(int(i), "")) for i, c in counts.items())
    yield Finding(
        _place(dataset),
        f"class 0 ({first}) has no box and {which} of classes 1..{n - 1} has: do the ids count from 1?",
        (Measured("boxes of class 0", 0, "above 0"), Table("Boxes by class", ("id", "boxes", "name"), rows)),
    )


def _place(dataset: Dataset) -> Place:
    return Place(path=dataset.source.removeprefix(dataset.root.rstrip("/") + "/"), setting="names")


@first_class_never_used.fires_on
def only_the_first_class_is_unused() -> Facts:
    boxes = [{"image": 0, "class_id": 1}, {"image": 0, "class_id": 2, "line": 2}]
    return {"dataset": dataset_of([{"path": "a.jpg"}], boxes, names=("cat", "dog", "cow"))}


@first_class_never_used.fires_on
def the_first_class_and_one_of_thirty_others() -> Facts:
    boxes = [{"image": 0, "class_id": k, "line": k} for k in range(1, 30) if k != 7]
    return {"dataset": dataset_of([{"path": "a.jpg"}], boxes, names=[f"kind {k}" for k in range(30)])}


@first_class_never_used.quiet_on
def the_first_class_and_a_third_of_the_others() -> Facts:
    boxes = [{"image": 0, "class_id": k, "line": k} for k in range(1, 30) if k % 3]
    return {"dataset": dataset_of([{"path": "a.jpg"}], boxes, names=[f"kind {k}" for k in range(30)])}


@first_class_never_used.quiet_on
def a_first_class_called_background() -> Facts:
    boxes = [{"image": 0, "class_id": 1}, {"image": 0, "class_id": 2, "line": 2}]
    return {"dataset": dataset_of([{"path": "a.jpg"}], boxes, names=("__background__", "dog", "cow"))}


@first_class_never_used.quiet_on
def several_unused_classes() -> Facts:
    boxes = [{"image": 0, "class_id": 1}, {"image": 0, "class_id": 2, "line": 2}]
    return {"dataset": dataset_of([{"path": "a.jpg"}], boxes, names=("cat", "dog", "cow", "hen"))}
