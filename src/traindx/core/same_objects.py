"""Whether two pictures that look alike show the same objects: what tells a fixed camera's pictures from copies."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from traindx.core.dataset import Dataset, Ints
from traindx.core.matching import corners_of, one_to_one, overlapping

OVERLAP = 0.5
"""Intersection over union from which on two boxes of one class are the same object."""


def same_objects(dataset: Dataset, pictures: Ints, partners: Ints, mirrored: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """For each pair whether half of the boxes of the picture that has more of them have their like in the other one.

    In classification, whether both are of one class. Where both show nothing, or labels of either are not there, nothing
    speaks against it.
    """
    images, boxes = dataset.images, dataset.boxes
    if dataset.task == "classify":
        return np.asarray(images.class_id[pictures] == images.class_id[partners])
    of, rows = _rows(dataset, pictures)
    other_of, others = _rows(dataset, partners)
    corners = corners_of(boxes)
    here, there = corners[rows], corners[others]
    turned = mirrored[of]
    here[turned, 0], here[turned, 2] = 1 - here[turned, 2], 1 - here[turned, 0]
    pairs = overlapping(of, here, other_of, there, OVERLAP)
    pairs = one_to_one(pairs.where(boxes.class_id[rows[pairs.a]] == boxes.class_id[others[pairs.b]]))
    n = len(pictures)
    met, most = (
        np.bincount(of[pairs.a], minlength=n),
        np.maximum(np.bincount(of, minlength=n), np.bincount(other_of, minlength=n)),
    )
    labelled = np.isin(images.label_state.astype(str), ("labelled", "background"))
    return np.asarray((2 * met >= most) | ~labelled[pictures] | ~labelled[partners])


def _rows(dataset: Dataset, pictures: Ints) -> tuple[Ints, Ints]:
    """The boxes of each of `pictures`, one after the other: which of the pictures, and the box."""
    order = np.argsort(dataset.boxes.image, kind="stable")
    image = dataset.boxes.image[order]
    low, high = np.searchsorted(image, pictures, "left"), np.searchsorted(image, pictures, "right")
    count = high - low
    of = np.repeat(np.arange(len(pictures)), count)
    within = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
    return of, order[low[of] + within]
