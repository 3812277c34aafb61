"""Pascal VOC datasets read: layouts, lists, lines, and xml that is broken or hostile."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.scan.drawn import HEIGHT, WIDTH, jpeg, tree_hash, write
from tests.scan.drawn_voc import PICTURES, item, items, write_voc, xml
from traindx.core.dataset import Dataset
from traindx.scan import ScanOptions, scan
from traindx.scan.voc_xml import parse_voc


def read(path: Path, **options: Any) -> Dataset:
    return scan(path, ScanOptions(cache=False, **options))


def test_boxes_are_shares_with_the_line_of_their_object(tmp_path: Path) -> None:
    found = read(write_voc(tmp_path))
    b = found.boxes
    assert (b.x[0], b.y[0], b.w[0], b.h[0]) == pytest.approx((23 / WIDTH, 73 / HEIGHT, 30 / WIDTH, 26 / HEIGHT))
    assert b.line[:3].tolist() == [6, 10, 14] and b.label_path[0] == "Annotations/train0.xml"
    assert dict(found.names) == {0: "a", 1: "b", 2: "c"} and b.class_id[:3].tolist() == [0, 1, 2]
    assert [(s.name, s.problem) for s in found.splits] == [("train", None), ("val", None)]
    assert not len(found.rows) and not found.orphans


def test_whole_and_broken_numbers_and_parts_of_objects_are_legal(tmp_path: Path) -> None:
    part = "<part><name>head</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>5</xmax><ymax>5</ymax></bndbox></part>"
    objects = item("a", (1, 1, WIDTH, HEIGHT), part) + item("b", (0, 0, 20.5, 30.25))
    found = read(write_voc(tmp_path, {"train0": xml("train0", objects)}))
    assert len(found.boxes) == 2 + 3 * (2 * PICTURES - 1) and not len(found.rows)
    assert sorted(found.names.values()) == ["a", "b", "c"]


LAYOUTS = {
    "VOCdevkit": ("VOCdevkit/VOC2007/Annotations/", "VOCdevkit/VOC2007/JPEGImages/"),
    "one year": ("VOC2012/Annotations/", "VOC2012/JPEGImages/"),
    "split folders": ("{}/Annotations/", "{}/Images/"),
    "split folders, flat": ("{}/", "{}/"),
    "folders of splits": ("annotations/{}/", "images/{}/"),
    "beside each other": ("annotations/", "images/"),
    "flat": ("", ""),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_usual_layout_is_read(name: str, tmp_path: Path) -> None:
    place, folder = LAYOUTS[name]
    for split, word in (("train", "Training"), ("val", "Validation")):
        for n in range(PICTURES):
            write(tmp_path / place.format(word) / f"{split}{n}.xml", xml(f"{split}{n}", items(n)))
            write(tmp_path / folder.format(word) / f"{split}{n}.jpg", jpeg(n))
    found = read(tmp_path)
    assert (found.format, len(found.images), len(found.boxes)) == ("voc", 2 * PICTURES, 6 * PICTURES)
    assert [s.name for s in found.splits] == (["train", "val"] if "{}" in place else ["train"])
    assert set(found.images.damage) == {""} and set(found.images.label_state) == {"labelled"}
    assert not found.orphans


def test_pictures_elsewhere_are_found_in_the_folder_given(tmp_path: Path) -> None:
    root = write_voc(tmp_path / "set")
    (root / "JPEGImages").rename(tmp_path / "far")
    assert "give --images" in (read(root).splits[0].problem or "")
    found = read(root, pictures=str(tmp_path / "far"))
    assert found.splits[0].problem is None and set(found.images.damage) == {""}


def test_xml_without_picture_and_picture_without_xml(tmp_path: Path) -> None:
    for n in range(12):
        write(tmp_path / "Annotations" / f"p{n}.xml", xml(f"p{n}", items(n % 6)))
        write(tmp_path / "JPEGImages" / f"p{n}.jpg", jpeg(n))
    (tmp_path / "Annotations" / "p3.xml").unlink()
    (tmp_path / "JPEGImages" / "p4.jpg").unlink()
    found = read(tmp_path)
    assert found.orphans == (("Annotations/p4.xml", "train"),)
    assert found.images.path[found.images.label_state == "missing"].tolist() == ["JPEGImages/p3.jpg"]


def test_a_list_that_names_what_is_not_there(tmp_path: Path) -> None:
    root = write_voc(tmp_path)
    (root / "JPEGImages" / "train2.jpg").unlink()
    found = read(root)
    assert found.images.path[found.images.damage != ""].tolist() == ["JPEGImages/train2.jpg"]
    rows = found.rows
    assert (rows.label_path[0], rows.line[0], rows.kind[0]) == ("ImageSets/Main/train.txt", 3, "missing-picture")


def test_lists_of_a_class_and_of_file_names_are_read(tmp_path: Path) -> None:
    root = write_voc(tmp_path)
    write(root / "ImageSets" / "Main" / "train.txt", "train0  1\r\ntrain1 -1\n\nJPEGImages/train2.jpg\ntrain0\n")
    found = read(root)
    assert found.images.path[found.images.split == "train"].tolist() == [f"JPEGImages/train{n}.jpg" for n in range(3)]


LAUGHS = '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;">]><annotation>&lol2;</annotation>'


@pytest.mark.parametrize(
    ("text", "line", "kind", "said"),
    [
        ("", 1, "malformed", "empty file"),
        ("<annotation>\n<object>", 2, "malformed", "no element found"),
        ("<annotation>\n<a></b>", 2, "malformed", "mismatched tag"),
        (LAUGHS, 1, "malformed", "an entity is declared"),
        (
            '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><annotation>&x;</annotation>',
            1,
            "malformed",
            "entity",
        ),
        ('<?xml version="1.0" encoding="no-such"?><annotation/>', 1, "encoding", "unknown encoding"),
        ("<annotation>\n\xe9</annotation>".encode("latin-1"), 2, "malformed", "invalid token"),
        ("<annotation>" + "<a>" * 100_000, 1, "malformed", "nested"),
        ("not xml", 1, "malformed", "syntax error"),
    ],
)
def test_xml_that_cannot_be_read_is_a_row_with_its_line(
    text: str | bytes, line: int, kind: str, said: str, tmp_path: Path
) -> None:
    found = read(write_voc(tmp_path, {"train1": text}))
    assert (found.rows.line.tolist(), found.rows.kind.tolist()) == ([line], [kind])
    assert said in found.rows.reason[0] and found.rows.label_path[0] == "Annotations/train1.xml"
    assert len(found.boxes) == 3 * (2 * PICTURES - 1)


BOX = "<xmin>1</xmin><ymin>2</ymin><xmax>30</xmax><ymax>40</ymax>"


@pytest.mark.parametrize(
    ("inside", "kind"),
    [
        (f"<bndbox>{BOX}</bndbox>", "malformed"),
        (f"<name> </name><bndbox>{BOX}</bndbox>", "malformed"),
        ("<name>a</name>", "bad-box"),
        ("<name>a</name><bndbox/>", "bad-box"),
        (f"<name>a</name><bndbox>{BOX.replace('30', '')}</bndbox>", "bad-box"),
        (f"<name>a</name><bndbox>{BOX.replace('30', '1,5')}</bndbox>", "bad-box"),
        ("<name>a</name><robndbox><cx>1</cx></robndbox>", "obb"),
        ("<name>a</name><polygon><x1>1</x1></polygon>", "polygon"),
    ],
)
def test_an_object_that_is_no_box_is_a_row_at_its_line(inside: str, kind: str) -> None:
    held = parse_voc(f"<annotation>\n\n<object>{inside}</object></annotation>".encode())
    assert [(o.line, o.fault[0] if o.fault else None) for o in held.objects] == [(3, kind)]


@pytest.mark.parametrize("size", [(3, 4), (0, 0), None])
def test_lines_and_values_do_not_depend_on_how_the_xml_is_parsed(size: tuple[int, int] | None) -> None:
    text = xml("a", items() + item(" d ", (1.5, 2, 3, 4)) + "<object/>\n<object><name>a</name></object>", size=size)
    assert parse_voc(text.encode()) == parse_voc(f"{text}<!-- by expat -->".encode())


def test_every_prefix_of_an_xml_is_read_without_an_error() -> None:
    whole = xml("a", items()).encode()
    for end in range(len(whole)):
        assert parse_voc(whole[:end]).fault is not None or end >= len(whole.rstrip())


def test_pairs_of_another_spelling_are_found(tmp_path: Path) -> None:
    root = write_voc(tmp_path)
    (root / "Annotations" / "train1.xml").rename(root / "Annotations" / "Train1.xml")
    found = read(root)
    assert [Path(p).name for p in found.labels_elsewhere.values()] == ["Train1.xml"]


def test_reading_changes_nothing(tmp_path: Path) -> None:
    root = write_voc(tmp_path)
    before = tree_hash(root)
    scan(root)
    assert tree_hash(root) == before
