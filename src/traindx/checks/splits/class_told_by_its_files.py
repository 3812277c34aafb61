"""D346: a class whose picture files differ from all others by size or mode, and so tell it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset, Ints
from traindx.core.finding import Finding, Measured, Place
from traindx.core.small_dataset import dataset_of


@check("D346", level="warning", depth="quick")
def class_told_by_its_files(
    dataset: Dataset, *, fewest: int = 20, own: float = 0.95, others: float = 0.01, alike: float = 0.8
) -> Iterator[Finding | Measured]:
    """Nearly all pictures of a class have one size, or one colour mode, that hardly any picture of another class has.

    In classification, for classes of `fewest` pictures or more in train: `own` of them have it, at most the share `others` of all
    other pictures, and most of these (`alike`) have one of their own. Sets whose pictures have many sizes say nothing.
    What pictures show, such as their brightness, is not compared: it goes with the class in sound sets. The numbers are guesses.

    ## Why is this bad?
    The class comes from another camera, site or converter. Once pictures are resized, its blur, borders and compression remain:
    a network learns these, scores well on a split that was drawn from the same files, and fails on others.

    ## How to fix
    Collect pictures of the class from the source of the others, or of the others from its source. Test on pictures of one source.
    """
    images = dataset.images
    known = (images.split == dataset.training_split) & (images.class_id >= 0) & (images.width > 0)
    if dataset.task != "classify" or known.sum() < 2 * fewest:
        return
    ids = images.class_id[known]
    sizes = images.width[known] * (1 << 20) + images.height[known]
    modes = np.unique(images.mode[known].astype(str), return_inverse=True)[1].reshape(-1)
    said = 0
    for what, values in (("size", sizes), ("mode", modes)):
        for class_id in np.unique(ids).tolist():
            mine = ids == class_id
            if mine.sum() < fewest or (~mine).sum() < fewest:
                continue
            value, share = _most(values[mine])
            rest, rest_share = _most(values[~mine])
            beside = float((values[~mine] == value).mean())
            if share >= own and beside <= others and rest_share >= alike:
                said += 1
                i, j = (int(np.flatnonzero(known)[m & (values == v)][0]) for m, v in ((mine, value), (~mine, rest)))
                yield _finding(dataset, what, class_id, (int(mine.sum()), share, beside), (i, j))
    yield Measured("classes that the size or mode of their files tells", said, "0")


def _most(values: Ints | NDArray[Any]) -> tuple[int, float]:
    """The commonest value and its share."""
    found, counts = np.unique(values, return_counts=True)
    return int(found[counts.argmax()]), float(counts.max() / len(values))


def _finding(
    dataset: Dataset, what: str, class_id: int, shares: tuple[int, float, float], at: tuple[int, int]
) -> Finding:
    images, (n, share, beside) = dataset.images, shares
    own, other = (
        f"{images.width[i]} x {images.height[i]} px" if what == "size" else f"mode {images.mode[i]}" for i in at
    )
    name = dataset.names.get(class_id, str(class_id))
    text = (
        f"{share:.0%} of the {n} pictures of {name} have {own}, {beside:.1%} of the others do, which have {other}: "
        "the file tells the class"
    )
    return Finding(Place(image=str(images.path[at[0]]), setting=dataset.training_split), text)


def _classes(sizes: tuple[tuple[int, int], ...], modes: tuple[str, ...] = ("RGB", "RGB")) -> Facts:
    images = [
        {
            "path": f"{k}/{n}.jpg",
            "class_id": k,
            "width": sizes[(k + n * (len(sizes) > 2)) % len(sizes)][0],
            "mode": modes[k],
        }
        for k in range(2)
        for n in range(30)
    ]
    return {"dataset": dataset_of(images, task="classify")}


@class_told_by_its_files.fires_on
def dogs_from_another_camera() -> Facts:
    return _classes(((640, 480), (1280, 480)))


@class_told_by_its_files.fires_on
def dogs_in_grey() -> Facts:
    return _classes(((640, 480), (640, 480)), ("RGB", "L"))


@class_told_by_its_files.quiet_on
def pictures_of_many_sizes() -> Facts:
    return _classes(((640, 480), (500, 480), (800, 480)))


@class_told_by_its_files.quiet_on
def pictures_of_one_camera() -> Facts:
    return _classes(((640, 480), (640, 480)))
