"""Repairs of COCO json and Pascal VOC xml: single entries change, the rest of the text stays."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.scan.drawn import HEIGHT, WIDTH, jpeg, write
from traindx.core.edit import Edit
from traindx.errors import TraindxError
from traindx.examine import check
from traindx.repair.content import diff, new_content
from traindx.repair.in_place import write_in_place
from traindx.repair.log import LOG
from traindx.repair.plan import plan
from traindx.repair.write import write_copy
from traindx.scan import ScanOptions, scan

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


def test_several_annotations_at_the_end_go_with_their_commas(tmp_path: Path) -> None:
    file = _coco(tmp_path, indent=None)
    content = json.loads(file.read_bytes())
    content["annotations"] = [content["annotations"][-1], *({**content["annotations"][0], "id": n} for n in range(3))]
    file.write_text(json.dumps(content))
    planned = plan(scan(tmp_path))
    (path,) = planned.files
    left = json.loads(new_content(path, file.read_bytes(), planned.files[path]))["annotations"]
    assert [a["id"] for a in left] == [12, 0]


def test_a_size_read_as_a_corner_is_put_right_where_both_are_the_same_number() -> None:
    """x 40 and width 40 were written as two corners: a box without width."""
    was, box = (40 / 160, 30 / 120, 0.0, 20 / 120), (60 / 160, 40 / 120, 40 / 160, 40 / 120)
    xml = _object("dog", (40, 20, 40, 40))
    changed = new_content(
        "a.xml", xml.encode(), [Edit("a.xml", 1, "", "", ("D238",), False, was=was, box=box)]
    ).decode()
    assert changed == _object("dog", (40, 20, 80, 60))


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


def test_boxes_of_parts_and_attributes_stay(tmp_path: Path) -> None:
    file = _coco(tmp_path / "coco", indent=None)
    content = json.loads(file.read_bytes())
    inner = {"bbox": [1, 2, 3, 4], "area": 12}
    content["annotations"] = [{"attributes": inner} | content["annotations"][3]]
    file.write_text(json.dumps(content))
    (edit,) = plan(scan(tmp_path / "coco"), unsafe=True).edits
    (after,) = json.loads(new_content(edit.path, file.read_bytes(), [edit]))["annotations"]
    assert (after["bbox"], after["area"], after["attributes"]) == ([140, 20, 20, 30], 600, inner)
    part = "<part><name>head</name><bndbox><xmin>1</xmin><ymin>2</ymin><xmax>3</xmax><ymax>4</ymax></bndbox></part>"
    xml = _object("dog", (130, 20, 180, 50)).replace("    <bndbox>", f"    {part}\n    <bndbox>")
    was, cut = (155 / 160, 35 / 120, 50 / 160, 0.25), (145 / 160, 35 / 120, 30 / 160, 0.25)
    edit = Edit("a.xml", 1, "", "", ("D207",), False, was=was, box=cut)
    changed = new_content("a.xml", xml.encode(), [edit]).decode()
    assert changed == xml.replace("<xmax>180<", "<xmax>160<")


def test_a_box_that_was_changed_meanwhile_is_refused(tmp_path: Path) -> None:
    file = _coco(tmp_path, indent=None)
    planned = plan(scan(tmp_path), unsafe=True)
    write_in_place(scan(tmp_path), planned)
    (path,) = planned.files
    with pytest.raises(TraindxError, match="is another"):
        new_content(path, file.read_bytes(), [edit for edit in planned.edits if edit.box])


def _outside(root: Path, names: list[str]) -> Path:
    """A json in `root/set/ann` of pictures in `root/pictures`, each with the same box twice."""
    for n, name in enumerate(names):
        write(root / "pictures" / name, jpeg(n))
    images = [{"id": n, "file_name": f"{n}", "width": WIDTH, "height": HEIGHT} for n in range(len(names))]
    entry = {"category_id": 1, "bbox": [20, 20, 40, 30], "area": 1200, "iscrowd": 0}
    annotations = [{"id": n, "image_id": n // 2, **entry} for n in range(2 * len(names))]
    content = {"images": images, "annotations": annotations, "categories": [{"id": 1, "name": "cat"}]}
    return write(root / "set/ann/all.json", json.dumps(content))


@pytest.mark.parametrize("way", ["--images", "absolute", "upward"])
def test_a_copy_has_all_pictures_that_lie_outside_of_the_root(way: str, tmp_path: Path) -> None:
    names = ["p/0.jpg", "p/1.jpg", "q/0.jpg", "q/1.jpg", "r/../0.jpg"]
    file = _outside(tmp_path, names)
    content = json.loads(file.read_bytes())
    start = {"--images": "", "absolute": f"{tmp_path}/pictures/", "upward": "../../pictures/"}[way]
    for image, name in zip(content["images"], names, strict=True):
        image["file_name"] = start + name
    file.write_text(json.dumps(content))
    seen = scan(file, ScanOptions(pictures=str(tmp_path / "pictures") if way == "--images" else None))
    again = scan(write_copy(seen, plan(seen), tmp_path / "copies/deep/copy"))
    assert not again.images.damage.astype(bool).any() and len(again.boxes) == len(names)
    assert again.images.content.tolist() == seen.images.content.tolist() and len(set(again.images.content)) == 5
