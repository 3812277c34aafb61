"""Sizes at the training's resolution: what is scaled how, and what is left at other sizes."""

from __future__ import annotations

import numpy as np
import pytest

from tests.checks.found import findings as found_by
from traindx.checks.sizes.anchors_miss_boxes import anchors_miss_boxes
from traindx.checks.sizes.tiny_objects import tiny_objects
from traindx.checks.sizes.vanishing_objects import vanishing_objects
from traindx.core.check import Check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Table
from traindx.core.setup import Setup
from traindx.core.small_dataset import dataset_of
from traindx.core.training_size import sizes, training_size


def findings(check: Check, data: Dataset, **settings: object) -> list[Finding]:
    return found_by(check, data, **({"setup": Setup((), ".", "pytorch", settings)} if settings else {}))


def boxes(*sides: float, classes: tuple[int, ...] = (), size: tuple[int, int] = (1280, 960)) -> Dataset:
    """One picture with square boxes of so many pixels of the file."""
    wide, high = size
    rows = [
        {"image": 0, "line": n + 1, "w": s / wide, "h": s / high, "class_id": classes[n] if classes else 0}
        for n, s in enumerate(sides)
    ]
    return dataset_of([{"path": "a.jpg", "width": wide, "height": high}], rows)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"imgsz": 320}, (320, True)),
        ({"imgsz": "[416]"}, (416, True)),
        ({"img-size": "512"}, (512, True)),
        ({}, (640, False)),
    ],
)
def test_the_size_is_read_from_the_settings(settings: dict[str, object], expected: tuple[int, bool]) -> None:
    assert training_size(Setup((), ".", "pytorch", settings)) == expected
    assert training_size(None) == (640, False)


def test_pictures_are_scaled_by_their_longer_side() -> None:
    chosen, wh = sizes(boxes(100, 50, size=(640, 1280)), 640)
    assert chosen.tolist() == [0, 1] and np.allclose(wh, [[50, 50], [25, 25]])


def test_boxes_without_a_size_are_left_out() -> None:
    data = dataset_of([{"path": "a.jpg"}], [{"image": 0, "w": 0.0}, {"image": 0, "h": np.nan}, {"image": 0, "w": 12.0}])
    assert len(sizes(data, 640)[0]) == 0


def test_small_boxes_are_counted_at_the_size_of_the_training() -> None:
    data = boxes(*[12] * 3, *[40] * 7)
    (found,) = findings(tiny_objects, data)
    assert "3 of 10 boxes of train (30%) are under 8 px at imgsz 640 (not given: the usual one)" in found.message
    assert found.fix == "imgsz=960 leaves 0% of the boxes under 8 px"
    assert findings(tiny_objects, data, imgsz=1280) == []


def test_a_class_of_small_boxes_is_enough() -> None:
    data = boxes(*[10] * 12, *[80] * 88, classes=(1,) * 12 + (0,) * 88)
    (found,) = findings(tiny_objects, data)
    assert found.message.endswith("by class: dog 100%")


def test_the_table_gives_shares_at_several_sizes() -> None:
    (found,) = findings(tiny_objects, boxes(*[12] * 5, *[40] * 5), imgsz=500)
    (table,) = [e for e in found.evidence if isinstance(e, Table)]
    assert [row[0] for row in table.rows] == [320, 500, 640, 960, 1280, 1920]
    assert table.rows[-1][3] == "0.0%" and table.rows[0][3] == "50.0%"


def test_vanishing_objects_need_a_size_that_is_given() -> None:
    data = boxes(*[6] * 5, *[40] * 5)
    assert findings(vanishing_objects, data) == []
    assert len(findings(vanishing_objects, data, imgsz=320)) == 1
    assert findings(vanishing_objects, data, imgsz=1280) == []


def test_anchors_are_no_matter_to_a_framework_without_them() -> None:
    rows = [{"image": 0, "line": n, "w": 0.9, "h": 0.005} for n in range(60)]
    data = dataset_of([{"path": "a.jpg"}], rows)
    assert len(findings(anchors_miss_boxes, data)) == 1
    facts = {"dataset": data, "setup": Setup((), ".", "ultralytics", {})}
    assert list(anchors_miss_boxes(facts)) == []
