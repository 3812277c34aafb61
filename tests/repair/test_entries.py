"""Repairs of COCO json and Pascal VOC xml: single entries change, the rest of the text stays."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.scan.drawn import HEIGHT, WIDTH, jpeg, write
from traindx.errors import TraindxError
from traindx.examine import check
from traindx.repair.content import diff, new_content
from traindx.repair.plan import plan
from traindx.repair.write import LOG, write_copy, write_in_place
from traindx.scan import scan

BOXES = [[20, 20, 40, 30], [20, 20, 40, 30], [30, 30, 0, 10], [140, 20, 40, 30], [60, 60, 30, 30]]


def _coco(root: Path, *, indent: int | None) -> Path:
    images = [{"id": n, "file_name": f"{n}.jpg", "width": WIDTH, "height": HEIGHT} for n in range(2)]
    boxes = [(0, box) for box in BOXES] + [(1, [10, 10, 50, 50])]
    annotations = [
        {"id": 7 + n, "image_id": image, "category_id": 1, "bbox": box, "area": box[2] * box[3], "iscrowd": 0}
        for n, (image, box) in enumerate(boxes)
    ]
    for n in range(2):
        write(root / f"images/{n}.jpg", jpeg(n))
    content = {"images": images, "annotations": annotations, "categories": [{"id": 1, "name": "cat"}]}
    return write(root / "annotations/instances_train.json", json.dumps(content, indent=indent))


@pytest.mark.parametrize("indent", [None, 1])
def test_annotations_of_a_json_are_repaired_and_the_rest_stays(indent: int | None, tmp_path: Path) -> None:
    file = _coco(tmp_path / "set", indent=indent)
    seen = scan(tmp_path / "set")
    planned = plan(seen, unsafe=True)
    assert {(e.id, e.codes, e.box is None) for e in planned.edits} == {
        (8, ("D209",), True),
        (9, ("D208",), True),
        (10, ("D207",), False),
    }
    (path,) = planned.files
    old, new = json.loads(file.read_bytes()), json.loads(new_content(path, file.read_bytes(), planned.files[path]))
    assert [a["id"] for a in new["annotations"]] == [7, 10, 11, 12]
    assert new["annotations"][1]["bbox"] == pytest.approx([140, 20, 20, 30]) and new["annotations"][1]["area"] == 600
    assert new["annotations"][0] == old["annotations"][0] and new["images"] == old["images"]
    assert any("annotation 9" in line for line in diff(seen, planned))


def test_a_repaired_copy_of_a_coco_set_is_clean(tmp_path: Path) -> None:
    _coco(tmp_path / "set", indent=None)
    seen = scan(tmp_path / "set")
    data = write_copy(seen, plan(seen, unsafe=True), tmp_path / "copy")
    failed = {o.code for o in check(data).outcomes if o.status == "failed"}
    assert not failed & {"D207", "D208", "D209"} and (tmp_path / "copy/images/0.jpg").is_symlink()
    assert (tmp_path / "copy" / LOG).read_text().count("\n") == 3


def test_the_last_annotation_goes_with_its_comma(tmp_path: Path) -> None:
    file = _coco(tmp_path, indent=None)
    content = json.loads(file.read_bytes())
    content["annotations"] = content["annotations"][:1] + content["annotations"][2:3]
    file.write_text(json.dumps(content))
    seen = scan(tmp_path)
    (edit,) = plan(seen, unsafe=True).edits
    assert [a["id"] for a in json.loads(new_content(edit.path, file.read_bytes(), [edit]))["annotations"]] == [7]


def test_a_json_that_changed_meanwhile_is_refused(tmp_path: Path) -> None:
    file = _coco(tmp_path, indent=None)
    planned = plan(scan(tmp_path), unsafe=True)
    file.write_text(file.read_text().replace('"id": 9,', '"id": 99,'))
    with pytest.raises(TraindxError, match="no longer where it was"):
        write_in_place(scan(tmp_path), planned)


def _object(name: str, box: tuple[int, int, int, int]) -> str:
    corners = "".join(f"<{tag}>{v}</{tag}>" for tag, v in zip(("xmin", "ymin", "xmax", "ymax"), box, strict=True))
    return f"  <object>\n    <name>{name}</name>\n    <bndbox>{corners}</bndbox>\n  </object>\n"


def test_objects_of_an_xml_are_repaired_and_the_rest_stays(tmp_path: Path) -> None:
    good, twin = _object("cat", (20, 20, 60, 50)), _object("cat", (20, 20, 60, 50))
    flat, over = _object("dog", (30, 30, 30, 40)), _object("dog", (130, 20, 180, 50))
    head = (
        f"<annotation>\n  <filename>a.jpg</filename>\n  <size><width>{WIDTH}</width><height>{HEIGHT}</height></size>\n"
    )
    xml = write(tmp_path / "set/Annotations/a.xml", head + good + twin + flat + over + "</annotation>\n")
    write(tmp_path / "set/JPEGImages/a.jpg", jpeg())
    write(tmp_path / "set/ImageSets/Main/train.txt", "a\n")
    seen = scan(tmp_path / "set")
    planned = plan(seen, unsafe=True)
    data = write_copy(seen, planned, tmp_path / "copy")
    cut = over.replace("<xmax>180<", f"<xmax>{WIDTH}<")
    assert (data / "Annotations/a.xml").read_text() == head + good + cut + "</annotation>\n"
    assert len(scan(data).boxes) == 2 and len(seen.boxes) == 4
    assert xml.read_text().count("<object>") == 4
