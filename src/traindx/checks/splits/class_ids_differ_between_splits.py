"""D310: two splits use the same class ids for different classes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured, Place, Table
from traindx.core.small_dataset import dataset_of

ENOUGH = 2_000
"""Boxes of a class and split that are compared, evenly taken: their median is as good as that of all. A guess."""


@check("D310", level="error", preview=True)
def class_ids_differ_between_splits(
    dataset: Dataset, *, min_boxes: int = 10, gain: float = 1.0
) -> Iterator[Finding | Measured]:
    """The boxes of a class in one split look like those of another class in the training split, in a closed exchange.

    Compared are logarithms of width and height, as a normal distribution per class of the training split, of classes with
    `min_boxes` boxes in both. Reported only when every moved id fits another id better by `gain` nats per box (guesses), and
    the moved ids form a permutation: a single class that merely changed its size between the splits does not.

    ## Why is this bad?
    The network learns one meaning of an id and is scored by another. Training looks healthy, validation never improves.

    ## How to fix
    Bring both splits to one order of names, most often by converting one of them again.
    """
    shapes = {split.name: _shapes(dataset, split.name, min_boxes) for split in dataset.splits}
    train = shapes.get("train", {})
    for split, found in shapes.items():
        common = sorted(train.keys() & found.keys())
        if split == "train" or len(common) < 2:
            continue
        models = [_model(train[here]) for here in common]
        fit = np.array([[_fit(found[there], *model) for model in models] for there in common])
        best = fit.argmax(axis=1)
        moved = [i for i in range(len(common)) if best[i] != i and fit[i, best[i]] - fit[i, i] > gain]
        yield Measured(f"classes of {split} that fit another class of train better", len(moved), "0")
        if len(moved) < 2 or sorted(best[moved]) != moved:
            continue
        pairs = {common[i]: common[int(best[i])] for i in moved}
        rows = tuple((f"{a} {dataset.names.get(a, '')}", f"{b} {dataset.names.get(b, '')}") for a, b in pairs.items())
        table = Table(f"ids of {split} and the ids of train whose boxes they look like", (split, "train"), rows)
        words = ", ".join(f"{a} is train's {b}" for a, b in pairs.items())
        text = f"{split} uses class ids in another order than train, by the shape of their boxes: {words}"
        yield Finding(_first(dataset, split, common[moved[0]]), text, (table,))


def _shapes(dataset: Dataset, split: str, min_boxes: int) -> dict[int, NDArray[np.float64]]:
    """Log width and height, [2, m], of every sound box of a split, by class; classes with few boxes are left out."""
    boxes = dataset.boxes
    sound = boxes.sound & dataset.boxes_of(split)
    found = {}
    for class_id, own in boxes.by_class:
        chosen = own[sound[own]]
        if len(chosen) >= min_boxes and class_id.is_integer():
            chosen = chosen[:: -(-len(chosen) // ENOUGH)]
            found[int(class_id)] = np.log(np.stack([boxes.w[chosen], boxes.h[chosen]]))
    return found


def _model(boxes: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Middle and spread [2, 1] of independent normal distributions fitted to boxes [2, m]."""
    middle, spread = np.median(boxes, axis=1, keepdims=True), boxes.std(axis=1, keepdims=True)
    return np.asarray(middle), np.maximum(spread, 0.05)


def _fit(boxes: NDArray[np.float64], middle: NDArray[np.float64], spread: NDArray[np.float64]) -> float:
    """Median log-likelihood of boxes [2, n] under the model."""
    across, down = ((boxes - middle) / spread) ** 2
    return -0.5 * float(np.median(across + down)) - float(np.log(spread).sum())


def _first(dataset: Dataset, split: str, class_id: int) -> Place:
    boxes = dataset.boxes
    i = int(np.flatnonzero((boxes.class_id == class_id) & (dataset.images.split == split)[boxes.image])[0])
    return Place(path=boxes.label_path[i], line=int(boxes.line[i]), image=dataset.images.path[boxes.image[i]])


def _set(val_small: int) -> Dataset:
    """Class 0 small and class 1 large in train; in val the small ones carry the id `val_small`."""
    images = [{"path": f"{split}{i}.jpg", "split": split} for split in ("train", "val") for i in range(12)]
    boxes = []
    for i in range(24):
        small = 0 if i < 12 else val_small
        size = 1 + 0.01 * (i % 5)
        boxes += [
            {"image": i, "class_id": small, "w": 0.05 * size, "h": 0.05 * size},
            {"image": i, "line": 2, "class_id": 1 - small, "w": 0.4 * size, "h": 0.3 * size},
        ]
    return dataset_of(images, boxes)


@class_ids_differ_between_splits.fires_on
def exchanged_in_val() -> Facts:
    return {"dataset": _set(val_small=1)}


@class_ids_differ_between_splits.quiet_on
def same_order() -> Facts:
    return {"dataset": _set(val_small=0)}
