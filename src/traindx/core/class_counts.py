"""Boxes and pictures per class and split."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from traindx.core.dataset import Dataset, Ints

CELLS = 8
"""Pictures times classes, as a multiple of the boxes, up to which a table is quicker than a sort."""


def boxes_per_class(dataset: Dataset) -> Mapping[str, Ints]:
    """For each split, the number of boxes of each class id 0..n-1 (of pictures, in classification); other ids are not counted."""
    return dataset.class_counts


def in_pictures(dataset: Dataset) -> tuple[Ints, Ints, Ints]:
    """Picture, class id 0..n-1 and number of boxes, by picture and then by class, of all that hold any."""
    boxes, n = dataset.boxes, dataset.num_classes
    legal = (boxes.class_id >= 0) & (boxes.class_id < n) & (boxes.class_id == np.floor(boxes.class_id))
    keys = boxes.image[legal] * n + boxes.class_id[legal].astype(np.int64)
    if len(dataset.images) * n <= CELLS * len(keys):
        table = np.bincount(keys)
        found = np.flatnonzero(table)
        counts = table[found]
    else:
        found, counts = np.unique(keys, return_counts=True)
    image, ids = np.divmod(found, max(n, 1))
    return image, ids, counts


def counts_of(dataset: Dataset) -> dict[str, Ints]:
    """`boxes_per_class`, counted anew."""
    n = dataset.num_classes
    if dataset.task == "classify":
        known = (dataset.images.class_id >= 0) & (dataset.images.class_id < n)
        return {
            name: np.bincount(dataset.images.class_id[known & own], minlength=n)
            for name, own in dataset.split_masks.items()
        }
    ids = dataset.boxes.class_id
    legal = (ids >= 0) & (ids < n) & (ids == np.floor(ids))
    codes, names = np.where(legal, ids, n).astype(np.int64), [split.name for split in dataset.splits]
    return {name: np.bincount(codes[dataset.boxes_of(name)], minlength=n + 1)[:n] for name in names}


def pictures_per_class(dataset: Dataset) -> dict[str, Ints]:
    """For each split, in how many pictures each class id 0..n-1 is; other ids are not counted."""
    n = dataset.num_classes
    if dataset.task == "classify":
        return dict(dataset.class_counts)
    image, ids, _ = dataset.classes_in_pictures
    return {name: np.bincount(ids[own[image]], minlength=n) for name, own in dataset.split_masks.items()}
