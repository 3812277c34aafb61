"""Best possible recall against YOLOv5's own formula, and fitted anchors."""

from __future__ import annotations

import numpy as np

from traindx.core.anchors import YOLOV5, best_possible_recall, fitted

ANCHORS = np.array(YOLOV5, dtype=float).reshape(-1, 2)


def test_the_recall_is_that_of_the_formula_of_autoanchor() -> None:
    boxes = np.random.default_rng(0).lognormal(3, 1.5, (500, 2))
    ratio = boxes[:, None] / ANCHORS[None]
    best = np.minimum(ratio, 1 / ratio).min(2).max(1)
    assert best_possible_recall(boxes, ANCHORS) == float((best > 1 / 4).mean()) < 1


def test_fitted_anchors_reach_more() -> None:
    boxes = np.random.default_rng(1).lognormal([5, 1.2], 0.5, (500, 2))
    own = fitted(boxes)
    assert own.shape == (9, 2) and (np.diff(own.prod(axis=1)) >= 0).all()
    assert best_possible_recall(boxes, own) > 0.97 > best_possible_recall(boxes, ANCHORS)


def test_fewer_boxes_than_anchors_can_be_fitted() -> None:
    assert np.isfinite(fitted(np.full((3, 2), 20.0))).all()
