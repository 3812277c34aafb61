"""Class maps written beside a YOLO set."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.scan.drawn import dataset, write
from traindx import examine
from traindx.core.report import Report
from traindx.scan import ScanOptions, scan
from traindx.scan.classmaps import find_class_maps
from traindx.scan.folders import Folders

ROWS: dict[str, bytes | str | None] = {f"train/{n}": f"{n % 3} 0.5 0.5 0.2 0.2\n" for n in range(6)}
ROWS |= {f"val/{n}": f"{n % 3} 0.5 0.5 0.2 0.2\n" for n in range(3)}


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("classes.txt", "a\nb\nc\n", {0: "a", 1: "b", 2: "c"}),
        ("classes.txt", "\ufeffa b\r\nc\r\n\r\n", {0: "a b", 1: "c"}),
        ("obj.names", "0: a\n2: b\n", {0: "a", 2: "b"}),
        ("_darknet.labels", "a\nb", {0: "a", 1: "b"}),
        ("notes.json", json.dumps({"categories": [{"id": 1, "name": "a"}]}), {1: "a"}),
    ],
)
def test_every_style_is_read(tmp_path: Path, name: str, text: str, found: dict[int, str]) -> None:
    write(tmp_path / "labels" / name, text)
    assert find_class_maps(str(tmp_path), [str(tmp_path / "labels/train")], Folders()) == {f"labels/{name}": found}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("classes.txt", "0 0.5 0.5 0.2 0.2\n1 0.1 0.1 0.1 0.1\n"),
        ("classes.txt", ""),
        ("notes.json", "[1, 2"),
        ("notes.json", '{"categories": 3}'),
        ("other.txt", "a\nb\n"),
    ],
)
def test_what_is_no_class_map_is_left_alone(tmp_path: Path, name: str, text: str) -> None:
    write(tmp_path / name, text)
    assert find_class_maps(str(tmp_path), [str(tmp_path / "labels")], Folders()) == {}


def checked(file: Path) -> Report:
    return examine.check(file, scanning=ScanOptions(cache=False), select=("D311", "D312"))


def test_another_order_than_the_settings_is_an_error_with_its_line(tmp_path: Path) -> None:
    file = dataset(tmp_path, ROWS)
    write(tmp_path / "labels/train/classes.txt", "a\nc\nb\n")
    report = checked(file)
    found = next(outcome for outcome in report.outcomes if outcome.code == "D311").findings
    assert report.verdict == "faulty" and report.diagnoses[0].cause == "class-map-mismatch"
    assert (found[0].place.path, found[0].place.line) == ("labels/train/classes.txt", 2)
    assert "id 1 is c there and b in data.yaml" in found[0].message


@pytest.mark.parametrize("text", ["a\nb\nc\n", "A\nb \nc\n", "a\nb\n", "class_0\nclass_1\nclass_2\n"])
def test_the_same_order_is_none_whatever_the_spelling(tmp_path: Path, text: str) -> None:
    file = dataset(tmp_path, ROWS)
    write(tmp_path / "labels/classes.txt", text)
    assert checked(file).verdict == "healthy"


def test_the_settings_names_are_the_first_map(tmp_path: Path) -> None:
    file = dataset(tmp_path, ROWS)
    write(tmp_path / "classes.txt", "a\nb\nc\n")
    assert list(scan(file).class_maps) == ["data.yaml", "classes.txt"]
