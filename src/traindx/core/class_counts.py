"""Boxes, or pictures in classification, per class and split."""

from __future__ import annotations

import numpy as np

from traindx.core.dataset import Dataset, Ints


def boxes_per_class(dataset: Dataset) -> dict[str, Ints]:
    """For each split, the number of boxes of each class id 0..n-1 (of pictures, in classification); other ids are not counted."""
    n = dataset.num_classes
    if dataset.task == "classify":
        known = (dataset.images.class_id >= 0) & (dataset.images.class_id < n)
        return {
            split.name: np.bincount(dataset.images.class_id[known & (dataset.images.split == split.name)], minlength=n)
            for split in dataset.splits
        }
    ids = dataset.boxes.class_id
    legal = (ids >= 0) & (ids < n) & (ids == np.floor(ids))
    within = {split.name: (dataset.images.split == split.name)[dataset.boxes.image] for split in dataset.splits}
    return {name: np.bincount(ids[legal & own].astype(np.int64), minlength=n) for name, own in within.items()}
