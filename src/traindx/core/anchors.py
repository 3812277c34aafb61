"""How well anchors reach boxes, as YOLOv5's autoanchor measures it, and better ones by k-means."""

from __future__ import annotations

import numpy as np

from traindx.core.dataset import Floats

YOLOV5 = (
    ((10, 13), (16, 30), (33, 23)),
    ((30, 61), (62, 45), (59, 119)),
    ((116, 90), (156, 198), (373, 326)),
)
"""Width and height in pixels of the anchors of YOLOv5 at strides 8, 16 and 32 (`models/yolov5s.yaml`)."""

THRESHOLD = 4.0
"""`anchor_t` of YOLOv5: a box takes an anchor that differs from it by less than this factor in width and in height."""

STEPS = 40


def best_possible_recall(boxes: Floats, anchors: Floats) -> float:
    """Share of boxes (n, 2) that some anchor (k, 2) reaches (`metric` in YOLOv5's `utils/autoanchor.py`)."""
    reached = np.zeros(len(boxes), dtype=bool)
    for anchor in anchors:
        ratio = boxes / anchor
        reached |= np.minimum(ratio, 1 / ratio).min(axis=1) > 1 / THRESHOLD
    return float(reached.mean())


def fitted(boxes: Floats, k: int = sum(map(len, YOLOV5))) -> Floats:
    """`k` anchors, (k, 2), as many as YOLOv5 has where not said, by k-means on logarithms of width and height, sorted by area.

    On logarithms, because what counts is the factor between box and anchor. Starts at quantiles of the area: no chance in it.
    """
    points = np.log(boxes)
    order = np.argsort(points.sum(axis=1), kind="stable")
    centres = points[order[((np.arange(k) + 0.5) / k * len(points)).astype(int)]]
    for _ in range(STEPS):
        across, down = (points[:, axis, None] - centres[:, axis] for axis in (0, 1))
        nearest = (across**2 + down**2).argmin(axis=1)
        count = np.bincount(nearest, minlength=k)
        sums = np.stack([np.bincount(nearest, points[:, axis], minlength=k) for axis in (0, 1)], axis=1)
        moved = np.where(count[:, None] > 0, sums / np.maximum(count, 1)[:, None], centres)
        if np.abs(moved - centres).max() < 1e-3:
            break
        centres = moved
    return np.asarray(np.exp(centres[np.argsort(centres.sum(axis=1))]))
