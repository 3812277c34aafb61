"""Boxes of json and xml that are meant in another way: read that way, never cut off at the picture's edge as they stand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from traindx.core.dataset import Dataset
from traindx.core.small_dataset import dataset_of
from traindx.repair.plan import plan


def _corners(count: int = 12) -> Dataset:
    """Boxes of a COCO json written as two corners, as a reader sees them who takes them for corner and size."""
    boxes = []
    for n in range(count):
        x0, y0, x1, y1 = 0.5 + 0.02 * n, 0.3, 0.7 + 0.02 * n, 0.7
        boxes.append(
            {"image": n, "id": n, "label_path": "a.json", "x": x0 + x1 / 2, "y": y0 + y1 / 2, "w": x1, "h": y1}
        )
    return replace(dataset_of([{"path": f"{n}.jpg"} for n in range(count)], boxes), format="coco")


def test_corners_in_a_json_become_corner_and_size() -> None:
    edits = plan(_corners(), unsafe=True).edits
    assert [e.codes for e in edits] == [("D238",)] * 12
    shares = np.array([e.box for e in edits])
    np.testing.assert_allclose(shares, [[0.6 + 0.02 * n, 0.5, 0.2, 0.4] for n in range(12)], atol=1e-9)


def test_boxes_in_another_format_are_left_alone_by_safe_repairs() -> None:
    assert plan(_corners()).edits == ()


def test_exchanged_corners_are_turned_and_not_deleted() -> None:
    box = {"image": 0, "id": 1, "label_path": "a.json", "w": -0.2}
    seen = replace(dataset_of([{"path": "a.jpg"}], [box]), format="coco")
    (edit,) = plan(seen, unsafe=True).edits
    assert edit.codes == ("D208",) and edit.box is not None and edit.box[2] == 0.2
