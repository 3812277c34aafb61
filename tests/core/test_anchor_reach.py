"""How many boxes anchors reach."""

from __future__ import annotations

import numpy as np
import pytest

from traindx.core.anchor_reach import overlap_recall, reach_of
from traindx.core.network import Anchors
from traindx.core.network_example import detector_with
from traindx.core.small_dataset import dataset_of


def test_a_box_is_reached_from_an_overlap_on() -> None:
    boxes = np.array([[10.0, 10.0], [20.0, 10.0], [40.0, 40.0]])
    assert overlap_recall(boxes, np.array([[10.0, 10.0]]), 0.5) == pytest.approx(2 / 3)
    assert overlap_recall(boxes, np.array([[10.0, 10.0]]), 0.51) == pytest.approx(1 / 3)


def test_boxes_are_measured_at_the_size_that_the_model_scales_pictures_to() -> None:
    boxes = [{"image": 0, "line": n, "w": 64 / 640, "h": 64 / 480} for n in range(60)]
    data = dataset_of([{"path": "a.jpg"}], boxes)
    anchors = Anchors((((32.0, 32.0),),), "overlap", 0.7, shortest=800, longest=1333)
    found = reach_of(data, detector_with(anchors=anchors))
    assert found is not None
    assert found.median == pytest.approx((64 * 800 / 480, 64 * 800 / 480))
    assert (found.reached, found.better) == (0.0, 1.0)


def test_anchors_that_do_not_fit_their_levels_are_not_measured() -> None:
    anchors = Anchors((((32.0, 32.0),),), "factor", 4.0, problem="1 level for 3")
    assert reach_of(dataset_of([{"path": "a.jpg"}]), detector_with(anchors=anchors)) is None
