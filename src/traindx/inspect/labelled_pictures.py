"""Sound pictures of a dataset's training split with class and boxes, evenly spread, as plain data for another process."""

from __future__ import annotations

from typing import Any

import numpy as np

from traindx.core.dataset import Dataset


def labelled_pictures(dataset: Dataset, most: int) -> list[dict[str, Any]]:
    """At most so many: `path`, `label` (of a classification), and of a detection `boxes` (corners in shares) with `classes`."""
    images, boxes = dataset.images, dataset.boxes
    sound = (images.split == dataset.training_split) & (images.damage == "") & (images.width > 0)
    if dataset.task == "detect":
        sound &= np.isin(np.arange(len(images)), boxes.image)
    at = np.flatnonzero(sound)
    if not len(at) or "://" in dataset.root:
        return []
    chosen = at[np.unique(np.linspace(0, len(at) - 1, most).astype(int))]
    return [
        {"path": dataset.absolute(str(images.path[i])), "label": int(images.class_id[i]), **_boxes(dataset, int(i))}
        for i in chosen
    ]


def _boxes(dataset: Dataset, image: int) -> dict[str, Any]:
    boxes = dataset.boxes
    own = np.flatnonzero((boxes.image == image) & (boxes.w > 0) & (boxes.h > 0) & (boxes.class_id >= 0))
    x, y, half_w, half_h = boxes.x[own], boxes.y[own], boxes.w[own] / 2, boxes.h[own] / 2
    corners = np.clip(np.stack([x - half_w, y - half_h, x + half_w, y + half_h], axis=1), 0, 1)
    kept = ((corners[:, 2:] - corners[:, :2]) > 0).all(axis=1)
    return {"boxes": corners[kept].tolist(), "classes": boxes.class_id[own][kept].astype(int).tolist()}
