"""One fault at a time put into a sound VOC set: found by the right check, at its line, with its cause; and legal oddities."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.checks.found import report_of
from tests.scan.drawn import HEIGHT, WIDTH
from tests.scan.drawn_voc import PICTURES, Corners, item, items, write_voc, xml


def _with(corners: Corners, name: str = "a") -> str:
    return xml("train1", items(1) + item(name, corners))


LAST = 18
FAULTS: dict[str, tuple[str, str, str, int]] = {
    "width and height exchanged": (xml("train1", items(1), size=(HEIGHT, WIDTH)), "D230", "wrong-recorded-size", 5),
    "another size": (xml("train1", items(1), size=(2 * WIDTH, 2 * HEIGHT)), "D230", "wrong-recorded-size", 5),
    "size 0": (xml("train1", items(1), size=(0, 0)), "D239", "wrong-recorded-size", 5),
    "another picture's name": (xml("train1", items(1), filename="train3.jpg"), "D231", "wrong-file-reference", 3),
    "a name of no picture": (xml("train1", items(1), filename="IMG_1.jpg"), "D237", "wrong-file-reference", 3),
    "cut off": (xml("train1", items(1))[:-80], "D234", "malformed-labels", 0),
    "no bndbox": (xml("train1", items(1) + "  <object><name>a</name></object>\n"), "D234", "malformed-labels", LAST),
    "exchanged corners": (_with((80, 20, 40, 50)), "D208", "degenerate-boxes", LAST),
    "no width": (_with((80, 20, 80, 50)), "D208", "degenerate-boxes", LAST),
    "outside": (_with((WIDTH + 20, 20, WIDTH + 60, 50)), "D213", "box-outside-image", LAST),
    "over the edge": (_with((WIDTH - 20, 20, WIDTH + 15, 50)), "D207", "box-outside-image", LAST),
    "shares": (_with((0.1, 0.2, 0.3, 0.4)), "D238", "wrong-box-format", LAST),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_in_one_xml_is_found_where_it_is(name: str, tmp_path: Path) -> None:
    text, code, cause, line = FAULTS[name]
    report = report_of(write_voc(tmp_path, {"train1": text}))
    (finding,) = next(o.findings for o in report.outcomes if o.code == code)
    assert finding.place.path == "Annotations/train1.xml" and (not line or finding.place.line == line)
    assert finding.place.image == "JPEGImages/train1.jpg"
    status = {d.cause: d.status for d in report.diagnoses}
    assert status[cause] in ("proved", "consistent")
    assert [d.cause for d in report.diagnoses if d.status == "proved" and d.cause != cause] == []
    assert not [o.code for o in report.outcomes if o.status == "crashed"]


LEGAL = {
    "a size one pixel off": xml("train1", items(1), size=(WIDTH - 1, HEIGHT)),
    "no size": xml("train1", items(1), size=None),
    "size 0 0 0": xml("train1", items(1), size=(0, 0)),
    "another suffix": xml("train1", items(1), filename="train1.png"),
    "no suffix": xml("train1", items(1), filename="train1"),
    "a folder before the name": xml("train1", items(1), filename="C:\\pictures\\train1.JPG"),
    "no filename": xml("train1", items(1), filename=""),
    "pixels that count from 1": _with((1, 1, WIDTH, HEIGHT)),
    "pixels that count from 0": _with((0, 0, WIDTH - 1, HEIGHT - 1)),
    "no object": xml("train1", ""),
    "a name from before renaming": xml("train1", items(1), filename="IMG_1.jpg"),
}


@pytest.mark.parametrize("name", LEGAL)
def test_what_is_legal_is_no_error(name: str, tmp_path: Path) -> None:
    report = report_of(write_voc(tmp_path, {"train1": LEGAL[name]}))
    assert [(o.code, f.message) for o, f in report.findings("error")] == []
    assert report.verdict == "healthy"


def test_corner_and_size_in_every_xml_is_another_format_and_nothing_else(tmp_path: Path) -> None:
    made = {}
    for split in ("train", "val"):
        for n in range(PICTURES):
            boxes = [(60.0 + 10 * k, 50.0 + 5 * k + n, 30.0 + n, 26.0 + k) for k in range(3)]
            made[f"{split}{n}"] = xml(f"{split}{n}", "".join(item("abc"[k], box) for k, box in enumerate(boxes)))
    report = report_of(write_voc(tmp_path, made))
    assert [d.cause for d in report.diagnoses if d.status == "proved"] == ["wrong-box-format"]


def test_renamed_pictures_with_their_old_names_are_a_warning(tmp_path: Path) -> None:
    stems = [f"{split}{n}" for split in ("train", "val") for n in range(PICTURES)]
    made = {stem: xml(stem, items(int(stem[-1])), filename=f"IMG_{i}.jpg") for i, stem in enumerate(stems)}
    report = report_of(write_voc(tmp_path, made))
    assert report.verdict == "healthy"
    assert len([f for o, f in report.findings("warning") if o.code == "D237"]) == len(stems)


def test_one_class_under_two_spellings(tmp_path: Path) -> None:
    text = xml("train1", items(1).replace("<name>b</name>", "<name>Bird</name>") + item("bird", (90, 20, 120, 50)))
    report = report_of(write_voc(tmp_path, {"train1": text}))
    (finding,) = [f for o, f in report.findings("error") if o.code == "D415"]
    assert (finding.place.path, finding.place.line) == ("Annotations/train1.xml", LAST)
    assert "class-map-mismatch" in {d.cause for d in report.diagnoses if d.status in ("proved", "consistent")}


def test_a_listed_picture_that_is_not_there_is_named_with_the_line_of_the_list(tmp_path: Path) -> None:
    root = write_voc(tmp_path)
    (root / "JPEGImages" / "val4.jpg").unlink()
    report = report_of(root)
    (finding,) = [f for o, f in report.findings("error") if o.code == "D102"]
    assert (finding.place.path, finding.place.line) == ("ImageSets/Main/val.txt", 5)
    assert report.diagnoses[0].cause == "missing-images"


def test_a_listed_picture_without_xml_is_no_background(tmp_path: Path) -> None:
    root = write_voc(tmp_path)
    (root / "Annotations" / "train4.xml").unlink()
    report = report_of(root)
    (finding,) = [f for o, f in report.findings("error") if o.code == "D201"]
    assert finding.place.path == "Annotations/train4.xml"
    assert report.diagnoses[0].cause == "labels-not-found"
