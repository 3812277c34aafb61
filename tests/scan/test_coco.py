"""COCO datasets read: layouts, splits, numbers, lines, and json that is broken, hostile or something else."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.scan.drawn import HEIGHT, WIDTH, jpeg, tree_hash, write
from tests.scan.drawn_coco import PICTURES, coco, line_of, write_coco
from traindx.core.dataset import Dataset
from traindx.errors import TraindxError
from traindx.scan import ScanOptions, scan

FRESH = ScanOptions(cache=False)


def read(path: Path, **options: Any) -> Dataset:
    return scan(path, ScanOptions(cache=False, **options))


def test_boxes_are_shares_with_their_id_and_line(tmp_path: Path) -> None:
    found = read(write_coco(tmp_path))
    train = tmp_path / "annotations" / "instances_train.json"
    first = coco()["annotations"][0]
    x, y, w, h = first["bbox"]
    b = found.boxes
    assert (b.x[0], b.y[0], b.w[0], b.h[0]) == pytest.approx(
        ((x + w / 2) / WIDTH, (y + h / 2) / HEIGHT, w / WIDTH, h / HEIGHT)
    )
    assert b.id[:3].tolist() == [1, 2, 3] and b.class_id[:3].tolist() == [0, 1, 2]
    assert b.line[:3].tolist() == [line_of(train, "annotations", n) for n in range(3)]
    assert set(b.label_path) == {"annotations/instances_train.json", "annotations/instances_val.json"}


def test_splits_names_and_sizes_come_from_the_jsons(tmp_path: Path) -> None:
    found = read(write_coco(tmp_path))
    assert [(s.name, s.problem) for s in found.splits] == [("train", None), ("val", None)]
    assert dict(found.names) == {0: "a", 1: "b", 2: "c"}
    assert found.class_maps["annotations/instances_val.json"] == {1: "a", 2: "b", 3: "c"}
    assert set(found.images.recorded_width) == {WIDTH} and set(found.images.width) == {WIDTH}
    assert found.images.path[:2].tolist() == ["train/train0.jpg", "train/train1.jpg"]
    assert not len(found.rows)


def test_categories_are_numbered_in_the_order_of_their_ids(tmp_path: Path) -> None:
    train = coco()
    train["categories"] = [{"id": 90, "name": "z"}, {"id": 3, "name": "y"}, {"id": 18, "name": "x"}]
    for n, entry in enumerate(train["annotations"]):
        entry["category_id"] = (3, 18, 90)[n % 3]
    shutil.rmtree(tmp_path, ignore_errors=True)
    found = read(write_coco(tmp_path, train, train))
    assert dict(found.names) == {0: "y", 1: "x", 2: "z"}
    assert found.boxes.class_id[:3].tolist() == [0, 1, 2]


LAYOUTS = {
    "COCO's own": ("annotations/instances_{}2017.json", "{}2017/"),
    "pictures below images": ("annotations/instances_{}.json", "images/{}/"),
    "one folder of pictures": ("annotations/{}.json", "images/"),
    "Roboflow": ("{}/_annotations.coco.json", "{}/"),
    "json beside split folders": ("{}.json", "{}/"),
    "folders of splits": ("{}/annotations.json", "{}/images/"),
    "labels": ("labels/{}.json", "images/{}/"),
    "flat": ("{}.json", ""),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_pictures_are_found_in_every_usual_layout(name: str, tmp_path: Path) -> None:
    place, folder = LAYOUTS[name]
    for split, word in (("train", "train"), ("val", "valid" if name == "Roboflow" else "val")):
        write(tmp_path / place.format(word), json.dumps(coco(split)))
        for n in range(PICTURES):
            write(tmp_path / f"{folder.format(word)}{split}{n}.jpg", jpeg(n))
    found = read(tmp_path)
    assert [(s.name, s.problem) for s in found.splits] == [("train", None), ("val", None)]
    assert set(found.images.damage) == {""} and len(found.images) == 2 * PICTURES
    assert len(found.boxes) == 6 * PICTURES


def test_one_json_is_read_alone_and_belongs_to_its_folder(tmp_path: Path) -> None:
    write_coco(tmp_path)
    found = read(tmp_path / "annotations" / "instances_val.json")
    assert [s.name for s in found.splits] == ["val"] and found.root == str(tmp_path)
    assert found.images.path[0] == "val/val0.jpg"


def test_a_json_of_no_known_split_is_train(tmp_path: Path) -> None:
    write(tmp_path / "mine.json", json.dumps(coco()))
    for n in range(PICTURES):
        write(tmp_path / f"train{n}.jpg", jpeg(n))
    assert [s.name for s in read(tmp_path / "mine.json").splits] == ["train"]


def test_pictures_elsewhere_are_found_in_the_folder_given(tmp_path: Path) -> None:
    root = write_coco(tmp_path / "set")
    (root / "train").rename(tmp_path / "far")
    without = read(root / "annotations" / "instances_train.json")
    assert "give --images" in (without.splits[0].problem or "")
    found = read(root / "annotations" / "instances_train.json", pictures=str(tmp_path / "far"))
    assert found.splits[0].problem is None and set(found.images.damage) == {""}


def test_of_instances_keypoints_and_captions_the_instances_are_read(tmp_path: Path) -> None:
    root = write_coco(tmp_path)
    write(root / "annotations" / "captions_train.json", json.dumps({**coco(), "annotations": []}))
    write(root / "annotations" / "person_keypoints_train.json", json.dumps(coco()))
    assert len(read(root).images) == 2 * PICTURES


def test_a_category_that_is_all_crowds_is_told_and_one_with_a_few_is_not(tmp_path: Path) -> None:
    train = coco(pictures=30)
    for entry in train["annotations"]:
        entry["iscrowd"] = int(entry["category_id"] == 2 or entry["id"] == 1)
    found = read(write_coco(tmp_path, train))
    (reason,) = found.rows.reason[found.rows.kind == "crowds"]
    assert reason.startswith("30 of 30 annotations of category 2 (b) have iscrowd 1")


def test_json_that_writers_in_python_produce_is_read(tmp_path: Path) -> None:
    train = coco()
    train["annotations"][1]["bbox"][0] = float("nan")
    train["info"] = {"note": 'a "quoted" {brace] and a \\ at the end\\', "max": float("inf"), "nested": [[{"a": []}]]}
    found = read(write_coco(tmp_path, train))
    assert np.isnan(found.boxes.x[1]) and len(found.boxes) == 6 * PICTURES
    assert found.boxes.line[2] == line_of(tmp_path / "annotations" / "instances_train.json", "annotations", 2)


def test_a_byte_order_mark_and_latin_letters_do_not_stop_the_reader(tmp_path: Path) -> None:
    root = write_coco(tmp_path)
    file = root / "annotations" / "instances_train.json"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b'"name": "b"', b'"name": "b\xe9"'))
    found = read(root)
    assert found.rows.kind.tolist() == ["encoding"] and len(found.boxes) == 6 * PICTURES


def _text(tmp_path: Path) -> tuple[Path, str]:
    file = write_coco(tmp_path) / "annotations" / "instances_train.json"
    return file, file.read_text()


@pytest.mark.parametrize("share", [0.3, 0.6, 0.999])
def test_a_json_that_is_cut_off_is_one_error_with_its_line(share: float, tmp_path: Path) -> None:
    file, text = _text(tmp_path)
    cut = text[: int(share * len(text))].rstrip()
    file.write_text(cut)
    with pytest.raises(TraindxError, match=rf"no valid json, line {cut.count(chr(10)) + 1}, column \d+: .*cut off"):
        read(file)


def test_a_missing_comma_is_named_where_it_is(tmp_path: Path) -> None:
    file, text = _text(tmp_path)
    line = line_of(file, "annotations", 3)
    lines = text.splitlines()
    assert lines[line - 2] == "  },"
    lines[line - 2] = "  }"
    file.write_text("\n".join(lines))
    with pytest.raises(TraindxError, match=rf"line {line}, column 3"):
        read(file)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("not json", "no json object"),
        ('{"a": 1}', "no list `images`, its keys are a|no list `images`. its keys are a"),
        ('[{"image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4], "score": 0.5}]', "a list of predictions"),
        ("[1, 2]", "holds a list"),
        ('{"images": [' + "[" * 100_000 + "]}", "no valid json"),
        ('{"images": ["a" "b"], "annotations": []}', "no valid json"),
        ('{"images": [1' + "0" * 5000 + "]}", "nested too deeply, or a number too long"),
    ],
)
def test_other_json_is_one_helpful_error(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(TraindxError, match=said):
        read(write(tmp_path / "x.json", text))


def test_utf_16_is_named(tmp_path: Path) -> None:
    file, text = _text(tmp_path)
    file.write_bytes(text.encode("utf-16"))
    with pytest.raises(TraindxError, match="UTF-16"):
        read(file)


ODD: list[Any] = [
    None, True, -1, 0, 1.5, 2.0, float("nan"), float("inf"), 10**30, 10**400, "", "1", "x", "\ud800", "\x00", [], [[]], [None],
    [1, 2], {}, {"a": 1}, [[1, 2, 3, 4, 5, "6"]], [[10**400] * 6], {"size": [1, 2], "counts": [-1]}, [float("nan")] * 4,
    [[float("inf")] * 6], [1e308] * 4, ["1"] * 4, [[[1, 2], [3, 4], [5, 6]]], "../../../../etc/passwd", "/dev/zero",
]  # fmt: skip


@pytest.mark.parametrize("where", ["images", "annotations", "categories"])
def test_no_value_of_any_key_stops_the_reader(where: str, tmp_path: Path) -> None:
    root = write_coco(tmp_path)
    keys = list(coco()[where][1])
    for value in ODD:
        data = coco()
        for n, key in enumerate(keys):
            data[where][n % len(data[where])][key] = value
        data[where].append(value)
        write_coco_json(root, data)
        found = read(root, depth="quick")
        assert len(found.images) >= PICTURES and len(found.boxes) >= 6
        whole = {**coco(), where: value}
        write_coco_json(root, whole)
        if where != "images":
            read(root, depth="quick")


def write_coco_json(root: Path, data: dict[str, Any]) -> None:
    (root / "annotations" / "instances_train.json").write_text(json.dumps(data))


def test_every_entry_that_is_no_box_is_a_row_and_the_rest_is_read(tmp_path: Path) -> None:
    train = coco()
    train["annotations"][0] = None
    train["annotations"][1].pop("bbox")
    train["annotations"][2]["image_id"] = 99
    train["annotations"][3]["category_id"] = [1]
    train["images"].append({"id": 50})
    train["categories"].append({"name": "no id"})
    found = read(write_coco(tmp_path, train))
    kinds = found.rows.kind.tolist()
    assert sorted(kinds) == ["bad-box", "malformed", "malformed", "malformed", "malformed", "unknown-image"]
    assert len(found.boxes) == 6 * PICTURES - 4


def test_a_key_that_stands_twice_is_said_and_the_last_is_read(tmp_path: Path) -> None:
    file, text = _text(tmp_path)
    file.write_text(text.replace('"info":', '"annotations": [], "info":'))
    found = read(file)
    assert "stands twice" in found.rows.reason[0] and len(found.boxes) == 3 * PICTURES


def test_pictures_turned_by_exif_keep_boxes_of_the_recorded_frame(tmp_path: Path) -> None:
    from PIL import Image

    train = coco()
    train["images"][0].update(width=HEIGHT, height=WIDTH)
    train["annotations"] = [{**train["annotations"][0], "bbox": [10, 120, 60, 30], "segmentation": []}]
    root = write_coco(tmp_path, train)
    exif = Image.Exif()
    exif[0x0112] = 6
    write(root / "train" / "train0.jpg", jpeg(0, exif=exif.tobytes()))
    found = read(root)
    assert found.boxes.y[0] == pytest.approx(135 / WIDTH)


def test_reading_changes_nothing(tmp_path: Path) -> None:
    root = write_coco(tmp_path)
    before = tree_hash(root)
    scan(root)
    assert tree_hash(root) == before
