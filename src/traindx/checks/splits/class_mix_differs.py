"""D332: the classes' shares differ between train and a split."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset, Floats
from traindx.core.finding import Bars, Finding, Measured, Place, Table
from traindx.core.shift import FEWEST
from traindx.core.small_dataset import dataset_of
from traindx.core.two_sample import Z

SHOWN = 12

EVEN = 1.5
"""Most over fewest pictures of a class up to which a split is balanced on purpose, as for long-tailed sets. A guess."""


@check("D332", level="warning")
def class_mix_differs(dataset: Dataset, *, distance: float = 0.2) -> Iterator[Finding | Measured]:
    """The shares of the classes differ between train and a split, by more than drawing pictures at random would give.

    The total variation distance (half the sum of the differences, 0..1) is above `distance` (a guess: one box in five is of
    another class) and twice what chance gives, and some class differs with a certainty of 99.9 % after Bonferroni's
    correction. Boxes of one picture are taken as one draw, since they come together. A classification's split that is balanced
    is left alone: it is how rare classes are scored.

    ## Why is this bad?
    Accuracy on val weighs the classes differently than training did. Scores of rare classes are uncertain.

    ## How to fix
    Draw the splits again, stratified by class. If the mix in use is that of val, weight the classes accordingly.
    """
    mixes = {s.name: _mix(dataset, s.name) for s in dataset.splits}
    train = mixes.get("train")
    if train is None or (dataset.task == "classify" and np.count_nonzero(train[0]) < 2):
        return  # one class alone has no mix: anomalies are in test only
    for split, mix in mixes.items():
        if split == "train" or mix is None:
            continue
        gap, error = mix[0] - train[0], np.sqrt(mix[1] + train[1])
        total, chance = float(np.abs(gap).sum()) / 2, float(error.sum()) * float(np.sqrt(2 / np.pi)) / 2
        number = Measured(f"distance of the class mix of {split} from train's", total, f"below {distance:g}")
        by_chance = Measured("what drawing at random gives", chance)
        yield number
        certain = np.abs(gap) > np.sqrt(Z**2 + 2 * np.log(len(gap))) * np.maximum(error, 1e-9)
        even = dataset.task == "classify" and mix[0].max() <= EVEN * mix[0].min()
        if total >= max(distance, 2 * chance) and certain.any() and not even:
            worst = int(np.argmax(np.where(certain, np.abs(gap), 0)))
            text = (
                f"class mix of {split} differs from train's by {total:.2f}, chance gives {chance:.2f}: "
                f"{_name(dataset, worst)} has {mix[0][worst]:.1%} against {train[0][worst]:.1%}"
            )
            evidence = (number, by_chance, *_shown(dataset, split, train[0], mix[0]))
            yield Finding(Place(setting=split), text, evidence)


def _mix(dataset: Dataset, split: str) -> tuple[Floats, Floats] | None:
    """Each class's share of the boxes (of the pictures, in classification) of a split and its variance, pictures drawn.

    The variance is that of a ratio estimator over clusters (Cochran 1977, section 6.4). None where too little is there.
    """
    images, n, own = dataset.images, dataset.num_classes, dataset.split_masks[split]
    if dataset.task == "classify":
        of = np.flatnonzero(own & (images.class_id >= 0) & (images.class_id < n))
        classes, x = images.class_id[of], np.ones(len(of), dtype=np.int64)
    else:
        chosen = own[dataset.classes_in_pictures[0]]
        of, classes, x = (column[chosen] for column in dataset.classes_in_pictures)
    size = np.bincount(of, x)
    if n < 2 or np.count_nonzero(size) < FEWEST:
        return None
    total, share = float(x.sum()), np.bincount(classes, x, minlength=n) / x.sum()
    squares = np.bincount(classes, x.astype(float) ** 2, minlength=n)
    products = np.bincount(classes, x * size[of], minlength=n)
    spread = squares - 2 * share * products + share**2 * float((size**2).sum())
    return share, np.maximum(spread, share * total / len(size)) / total**2


def _name(dataset: Dataset, class_id: int) -> str:
    return dataset.names.get(class_id, str(class_id))


def _shown(dataset: Dataset, split: str, train: Floats, own: Floats) -> tuple[Bars, Table]:
    order = np.argsort(-np.abs(own - train), kind="stable")[:SHOWN].tolist()
    names = tuple(_name(dataset, i) for i in order)
    series = tuple((s, tuple(round(float(v[i]), 4) for i in order)) for s, v in (("train", train), (split, own)))
    rows = tuple((i, _name(dataset, i), f"{train[i]:.1%}", f"{own[i]:.1%}") for i in order)
    title = "Shares of the classes that differ most"
    return Bars(title, names, series, "share"), Table(title, ("id", "name", "train", split), rows)


def _mixed(dogs: int) -> Dataset:
    """60 pictures of one box in each split: half dogs in train, so many in val."""
    images = [{"path": f"{n}.jpg", "split": "train" if n < 60 else "val"} for n in range(120)]
    boxes = [{"image": n, "class_id": int(n % 2 if n < 60 else n - 60 < dogs)} for n in range(120)]
    return dataset_of(images, boxes)


@class_mix_differs.fires_on
def dogs_in_nearly_all_of_val() -> Facts:
    return {"dataset": _mixed(57)}


@class_mix_differs.quiet_on
def dogs_in_half_of_val() -> Facts:
    return {"dataset": _mixed(33)}


@class_mix_differs.quiet_on
def a_balanced_val_beside_a_long_tail() -> Facts:
    images = [
        {"path": f"{n}.jpg", "split": "train" if n < 120 else "val", "class_id": int(n % 10 == 0 if n < 120 else n % 2)}
        for n in range(180)
    ]
    return {"dataset": dataset_of(images, task="classify")}
