"""One fault at a time put into a sound COCO set: found by the right check, at its entry, with its cause; and legal oddities."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.checks.found import report_of
from tests.scan.drawn import HEIGHT, WIDTH
from tests.scan.drawn_coco import Coco, annotation, coco, line_of, write_coco

Spoil = Callable[[Coco], object]


def _set(where: str, n: int, **values: object) -> Spoil:
    return lambda d: d[where][n].update(values)


def _drop(where: str, n: int, key: str) -> Spoil:
    return lambda d: d[where][n].pop(key)


def _box(*values: object) -> Spoil:
    return _set("annotations", 4, bbox=list(values), segmentation=[])


Entry = tuple[str, int]
ANNOTATION_5, IMAGE_2, CATEGORY_2 = ("annotations", 4), ("images", 1), ("categories", 1)

FAULTS: dict[str, tuple[Spoil, str, str, Entry | None]] = {
    "annotation id twice": (_set("annotations", 4, id=4), "D232", "duplicate-entries", ANNOTATION_5),
    "image id twice": (_set("images", 1, id=1), "D232", "duplicate-entries", IMAGE_2),
    "category id twice": (_set("categories", 1, id=1), "D232", "duplicate-entries", CATEGORY_2),
    "category name twice": (_set("categories", 1, name="a"), "D232", "duplicate-entries", CATEGORY_2),
    "file twice": (_set("images", 2, file_name="train1.jpg"), "D232", "duplicate-entries", ("images", 2)),
    "unknown image": (_set("annotations", 4, image_id=99), "D233", "missing-images", ANNOTATION_5),
    "unknown category": (_set("annotations", 4, category_id=99), "D235", "class-id-out-of-range", ANNOTATION_5),
    "no categories": (lambda d: d.pop("categories"), "D234", "malformed-labels", None),
    "image_id as text": (_set("annotations", 4, image_id="2"), "D234", "malformed-labels", ANNOTATION_5),
    "category_id as text": (_set("annotations", 4, category_id="2"), "D234", "malformed-labels", ANNOTATION_5),
    "no bbox": (_drop("annotations", 4, "bbox"), "D234", "malformed-labels", ANNOTATION_5),
    "no image_id": (_drop("annotations", 4, "image_id"), "D234", "malformed-labels", ANNOTATION_5),
    "no category_id": (_drop("annotations", 4, "category_id"), "D234", "malformed-labels", ANNOTATION_5),
    "bbox of three": (_box(10, 10, 20), "D234", "malformed-labels", ANNOTATION_5),
    "bbox of text": (_box("10", "10", "20", "20"), "D234", "malformed-labels", ANNOTATION_5),
    "bbox null": (_set("annotations", 4, bbox=None), "D234", "malformed-labels", ANNOTATION_5),
    "bbox nan": (_box(float("nan"), 10, 20, 20), "D208", "degenerate-boxes", ANNOTATION_5),
    "bbox of negative width": (_box(60, 60, -20, 20), "D208", "degenerate-boxes", ANNOTATION_5),
    "bbox of no width": (_box(60, 60, 0, 20), "D208", "degenerate-boxes", ANNOTATION_5),
    "bbox outside": (_box(WIDTH + 40, 60, 30, 20), "D213", "box-outside-image", ANNOTATION_5),
    "bbox over the edge": (_box(WIDTH - 20, 60, 35, 20), "D207", "box-outside-image", ANNOTATION_5),
    "bbox as corners of its polygon": (
        lambda d: d["annotations"][4].update(bbox=[20, 30, 60, 80], segmentation=[[20, 30, 60, 30, 60, 80]]),
        "D238",
        "wrong-box-format",
        ANNOTATION_5,
    ),
    "bbox as shares": (_box(0.3, 0.3, 0.2, 0.2), "D238", "wrong-box-format", ANNOTATION_5),
    "area wrong": (_set("annotations", 4, area=9.0), "D236", "malformed-labels", ANNOTATION_5),
    "width and height exchanged": (
        _set("images", 1, width=HEIGHT, height=WIDTH),
        "D230",
        "wrong-recorded-size",
        IMAGE_2,
    ),
    "width and height 0": (_set("images", 1, width=0, height=0), "D230", "wrong-recorded-size", IMAGE_2),
    "file not there": (_set("images", 1, file_name="gone.jpg"), "D102", "missing-images", IMAGE_2),
    "same box twice": (
        lambda d: d["annotations"].append({**d["annotations"][4], "id": 99}),
        "D209",
        "duplicate-labels",
        None,
    ),
    "polygon of odd length": (
        _set("annotations", 4, segmentation=[[1, 2, 3, 4, 5, 6, 7]]),
        "D234",
        "malformed-labels",
        ANNOTATION_5,
    ),
    "polygon of two points": (
        _set("annotations", 4, segmentation=[[1, 2, 3, 4]]),
        "D234",
        "malformed-labels",
        ANNOTATION_5,
    ),
    "polygon beside its box": (
        _set("annotations", 4, segmentation=[[1, 1, 30, 1, 30, 20, 1, 20]]),
        "D234",
        "malformed-labels",
        ANNOTATION_5,
    ),
    "run lengths of another size": (
        _set("annotations", 4, segmentation={"size": [WIDTH, HEIGHT], "counts": [WIDTH * HEIGHT]}),
        "D230",
        "wrong-recorded-size",
        ANNOTATION_5,
    ),
    "category never used": (lambda d: d["categories"].append({"id": 9, "name": "z"}), "D303", "", None),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_in_one_entry_is_found_where_it_is(name: str, tmp_path: Path) -> None:
    spoil, code, cause, entry = FAULTS[name]
    train = coco()
    val = coco("val")
    for data in (train, val) if "category name" in name else (train,):
        spoil(data)
    report = report_of(write_coco(tmp_path, train, val))
    outcomes = {outcome.code: outcome for outcome in report.outcomes}
    findings = outcomes[code].findings
    assert findings, f"{code} finds nothing"
    if entry is not None:
        file = "annotations/instances_train.json"
        assert (file, line_of(tmp_path / file, *entry)) in [(f.place.path, f.place.line) for f in findings]
    if cause:
        status = {d.cause: d.status for d in report.diagnoses}
        assert status[cause] in ("proved", "consistent")
        others = [d.cause for d in report.diagnoses if d.status == "proved" and d.cause != cause]
        assert others == [], f"also proved: {others}"
    assert not [o.code for o in report.outcomes if o.status == "crashed"]


def test_a_sound_set_is_healthy(tmp_path: Path) -> None:
    report = report_of(write_coco(tmp_path))
    assert report.verdict == "healthy"
    assert [o.code for o in report.outcomes if o.status == "crashed"] == []


def _without_outlines(data: Coco) -> None:
    for entry in data["annotations"]:
        entry["segmentation"] = []


def _masks_areas_without_masks(data: Coco) -> None:
    for n, entry in enumerate(data["annotations"]):
        entry["area"] *= 0.5 + 0.02 * n
        del entry["segmentation"]


def _roboflow(data: Coco) -> None:
    data["categories"] = [{"id": 0, "name": "a", "supercategory": "none"}] + [
        {**category, "supercategory": "a"} for category in data["categories"]
    ]


def _crowd(data: Coco) -> None:
    counts = [WIDTH * 20, WIDTH * 40, WIDTH * (HEIGHT - 60)]
    mask = {"size": [HEIGHT, WIDTH], "counts": counts}
    data["annotations"].append(
        {**annotation(77, 1, 1), "iscrowd": 1, "segmentation": mask, "bbox": [0, 0, WIDTH, HEIGHT]}
    )


def _ids_anywhere(data: Coco) -> None:
    for entry in data["images"]:
        entry["id"] = 10**12 + entry["id"] * 7.0
    for entry in data["annotations"]:
        entry["image_id"] = int(10**12 + entry["image_id"] * 7)
        entry["id"] = -entry["id"]
    for entry in (*data["categories"],):
        entry["id"] *= 11
    for entry in data["annotations"]:
        entry["category_id"] *= 11


LEGAL: dict[str, Spoil] = {
    "no outlines": _without_outlines,
    "areas of masks that were not kept": _masks_areas_without_masks,
    "a group above the categories, as Roboflow exports": _roboflow,
    "a crowd as run lengths": _crowd,
    "run lengths as text": _set("annotations", 4, segmentation={"size": [HEIGHT, WIDTH], "counts": "PVo1"}),
    "ids that are large, whole floats or negative": _ids_anywhere,
    "a picture without annotations": lambda d: d.update(
        annotations=[a for a in d["annotations"] if a["image_id"] != 2]
    ),
    "keypoints": _set("annotations", 4, keypoints=[1, 2, 2], num_keypoints=1),
    "a polygon of what is seen of a hidden object": _set(
        "annotations", 4, segmentation=[[54, 72, 70, 72, 70, 80, 54, 80]], area=128
    ),
    "keys of the writer's own": lambda d: d.update(licenses=None, extra={"annotations": [1]}),
    "file names with folders": lambda d: [
        i.update(file_name=i["file_name"][:-5] + "/" + i["file_name"]) for i in d["images"]
    ],
    "a box to the very edge": _box(WIDTH - 30.4, HEIGHT - 20.4, 30.8, 20.8),
}


@pytest.mark.parametrize("name", LEGAL)
def test_what_is_legal_is_no_error(name: str, tmp_path: Path) -> None:
    train, val = coco(), coco("val")
    LEGAL[name](train)
    LEGAL[name](val)
    report = report_of(write_coco(tmp_path, train, val))
    assert [(o.code, f.message) for o, f in report.findings("error")] == []
    assert report.verdict == "healthy"


def test_corners_in_every_box_are_another_format_and_nothing_else(tmp_path: Path) -> None:
    train = coco()
    for entry in train["annotations"]:
        x, y, w, h = entry["bbox"]
        entry.update(bbox=[x, y, x + w, y + h], segmentation=[])
    report = report_of(write_coco(tmp_path, train))
    assert [d.cause for d in report.diagnoses if d.status == "proved"] == ["wrong-box-format"]


def test_single_boxes_as_corners_are_told_from_boxes_over_the_edge(tmp_path: Path) -> None:
    train = coco()
    for n in range(0, 18, 3):
        train["annotations"][n].update(bbox=[70, 60, 130, 100], segmentation=[])
    report = report_of(write_coco(tmp_path / "corners", train))
    assert [d.cause for d in report.diagnoses if d.status == "proved"] == ["wrong-box-format"]
    for n in range(0, 18, 3):
        train["annotations"][n].update(bbox=[WIDTH - 20, 60, 60, 40], segmentation=[])
    report = report_of(write_coco(tmp_path / "outside", train))
    assert [d.cause for d in report.diagnoses if d.status == "proved"] == ["box-outside-image"]


@pytest.mark.parametrize("first", [0, 1])
def test_category_ids_that_are_one_too_large(first: int, tmp_path: Path) -> None:
    train, val = coco(), coco("val")
    for data in (train, val):
        for n, category in enumerate(data["categories"]):
            category["id"] = first + n
        for entry in data["annotations"]:
            entry["category_id"] += first
    report = report_of(write_coco(tmp_path, train, val))
    assert [d.cause for d in report.diagnoses if d.status == "proved"] == ["one-based-class-ids"]
    said = next(o.findings[0].message for o in report.outcomes if o.code == "D205")
    assert said.startswith(f"class ids run {first + 1}..{first + 3} over 36 boxes, should run {first}..{first + 2}")


def test_pictures_that_were_resized_after_they_were_annotated(tmp_path: Path) -> None:
    train = coco()
    for image in train["images"]:
        image.update(width=2 * WIDTH, height=2 * HEIGHT)
    for entry in train["annotations"]:
        entry.update(bbox=[2 * v for v in entry["bbox"]], area=4 * entry["area"], segmentation=[])
    report = report_of(write_coco(tmp_path, train))
    assert [d.cause for d in report.diagnoses if d.status == "proved"] == ["wrong-recorded-size"]
    finding = next(o.findings[0] for o in report.outcomes if o.code == "D230")
    assert "320x240, the file is 160x120: 3 of its boxes fit the recorded size alone" in finding.message


def test_ids_that_are_text_throughout_are_one_warning(tmp_path: Path) -> None:
    train = coco()
    for image in train["images"]:
        image["id"] = f"x{image['id']}"
    for entry in train["annotations"]:
        entry["image_id"] = f"x{entry['image_id']}"
    report = report_of(write_coco(tmp_path, train))
    assert report.verdict == "healthy"
    assert [o.code for o, _ in report.findings("warning")] == ["D236"]


def test_areas_are_missing_in_one_finding(tmp_path: Path) -> None:
    train = coco()
    for entry in train["annotations"]:
        del entry["area"]
    report = report_of(write_coco(tmp_path, train))
    found = [f.message for o, f in report.findings("warning") if o.code == "D236"]
    assert found == ["18 of 18 annotations have no `area`: pycocotools stops when it evaluates them"]
    assert report.verdict == "healthy"


def test_one_line_of_json_names_annotations_by_their_id(tmp_path: Path) -> None:
    train = coco()
    train["annotations"][4]["bbox"] = [60, 60, 0, 20]
    root = write_coco(tmp_path, train, indent=None)
    (finding,) = [f for o, f in report_of(root).findings("error") if o.code == "D208"]
    assert finding.place.line == 1 and finding.message.startswith("annotation 5: ")


def test_a_split_without_annotations_has_lost_its_labels(tmp_path: Path) -> None:
    val = {**coco("val"), "annotations": []}
    report = report_of(write_coco(tmp_path, None, val))
    assert "labels-not-found" in {d.cause for d in report.diagnoses if d.status in ("proved", "consistent")}


def test_the_report_is_json_whatever_the_entries_hold(tmp_path: Path) -> None:
    train = coco()
    train["annotations"][4].update(id="\ud800\x1b[31m", bbox=["\ud800"])
    train["categories"][0]["name"] = "line\nbreak"
    report = report_of(write_coco(tmp_path, train))
    assert json.dumps(report.to_json()).isascii()
    assert all("\n" not in f.message and "\x1b" not in f.message for _, f in report.findings())
