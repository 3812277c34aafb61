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
    known = [(int(class_id), own) for class_id, own in boxes.by_class if class_id.is_integer() and 0 <= class_id < n]
    keys = np.concatenate([boxes.image[own] * n + k for k, own in known] or [np.zeros(0, np.int64)])
    if len(dataset.images) * n <= CELLS * len(keys):
        table = np.bincount(keys)
        found = np.flatnonzero(table)
        counts = table[found]
    else:
        found, counts = np.unique(keys, return_counts=True)
    image = found // max(n, 1)
    return image, found - image * n, counts


def counts_of(dataset: Dataset) -> dict[str, Ints]:
    """`boxes_per_class`, counted anew."""
    n = dataset.num_classes
    if dataset.task == "classify":
        known = (dataset.images.class_id >= 0) & (dataset.images.class_id < n)
        return {
            name: np.bincount(dataset.images.class_id[known & own], minlength=n)
            for name, own in dataset.split_masks.items()
        }
    image, ids, boxes = dataset.classes_in_pictures
    masks = dataset.split_masks.items()
    return {name: np.bincount(ids[own[image]], boxes[own[image]], n).astype(np.int64) for name, own in masks}


def pictures_per_class(dataset: Dataset) -> dict[str, Ints]:
    """For each split, in how many pictures each class id 0..n-1 is; other ids are not counted."""
    n = dataset.num_classes
    if dataset.task == "classify":
        return dict(dataset.class_counts)
    image, ids, _ = dataset.classes_in_pictures
    return {name: np.bincount(ids[own[image]], minlength=n) for name, own in dataset.split_masks.items()}
