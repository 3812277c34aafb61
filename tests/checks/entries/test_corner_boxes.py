"""Boxes of a json that are written as corners and stay inside their picture."""

from __future__ import annotations

from pathlib import Path

from tests.checks.found import report_of
from tests.scan.drawn_coco import coco, line_of, write_coco


def test_a_box_whose_area_is_that_of_its_corners_is_written_as_corners(tmp_path: Path) -> None:
    data = coco("train")
    for entry in data["annotations"]:
        del entry["segmentation"]
    data["annotations"][4] |= {"bbox": [10, 12, 40, 36], "area": 30 * 24}
    root = write_coco(tmp_path, data)
    report = report_of(root)
    file = "annotations/instances_train.json"
    found = [(o.code, f.place.path, f.place.line) for o, f in report.findings() if o.level == "error"]
    assert found == [("D238", file, line_of(root / file, "annotations", 4))]
    assert report.verdict == "faulty" and report.diagnoses[0].cause == "wrong-box-format"
