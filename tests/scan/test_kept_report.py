"""An unchanged dataset is judged once, and whatever changes is judged again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.scan.drawn import dataset, jpeg, write
from traindx import examine
from traindx.core.report import Report
from traindx.scan import ScanOptions, known_as, scan
from traindx.scan.kept_report import KeptReport, key_of

ROWS = "0 0.5 0.5 0.2 0.2\n1 0.3 0.3 0.1 0.1\n"

ASK = """
import json, sys
from traindx import examine
report = examine.check(sys.argv[1], **json.loads(sys.argv[2])).to_json()
report["meta"].pop("seconds")
print(json.dumps([report, "traindx.checks" in sys.modules]))
"""

LEGACY = "0 0.5 0.5 0.2 0.2\nna\xefve\n".encode("latin-1")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRAINDX_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A set with a box outside its picture, a row that is no box, a file in another encoding and a damaged picture."""
    labels: dict[str, bytes | str | None] = {f"{split}/{n}": ROWS for split in ("train", "val") for n in range(6)}
    odd: dict[str, bytes | str | None] = {
        "train/a": "0 0.95 0.5 0.3 0.2\n",
        "train/b": "0 0.5,0.5\n",
        "train/c": LEGACY,
    }
    made = dataset(tmp_path / "set", labels | odd)
    picture = made.parent / "images/train/5.jpg"
    picture.write_bytes(picture.read_bytes()[:900])
    return made


def asked(data: Path, **options: Any) -> tuple[dict[str, Any], bool]:
    """The report by a process of its own, and whether it imported the checks, without which it cannot judge."""
    command = [sys.executable, "-c", ASK, str(data), json.dumps(options)]
    report, judged = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return report, judged


def plain(report: Report) -> dict[str, Any]:
    """All that a report says but for the time that it took."""
    said = report.to_json()
    return {**said, "meta": {**said["meta"], "seconds": 0}}


def test_an_unchanged_set_is_judged_once_and_the_report_is_the_same(data: Path) -> None:
    first, judged = asked(data)
    assert judged
    assert first["verdict"] == "faulty"
    assert asked(data) == (first, False)


def test_the_time_in_a_kept_report_is_that_of_the_new_scan(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    examine.check(data)
    slow = replace(scan(data), seconds=77.0)
    monkeypatch.setattr("traindx.scan.scan", lambda *_, **__: slow)
    assert examine.check(data).meta["seconds"] == 77


@pytest.mark.parametrize(
    "options",
    [
        {"select": ["D2"]},
        {"ignore": {"D204": "known"}},
        {"options": {"damaged-picture": {}}},
        {"settings": {"imgsz": 64}},
        {"settings": {"batch": 5}},
    ],
    ids=lambda options: next(iter(options)),
)
def test_another_question_is_judged_anew(data: Path, options: dict[str, Any]) -> None:
    asked(data)
    assert asked(data, **options)[1]
    assert not asked(data, **options)[1]


def other_label(root: Path) -> None:
    write(root / "labels/val/0.txt", ROWS.replace("0.3 0.3", "0.3 0.9"))


def same_size_and_time(root: Path) -> None:
    file = root / "labels/val/0.txt"
    before = file.stat()
    file.write_text(ROWS.replace("1 0.3", "7 0.3"))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def other_picture(root: Path) -> None:
    write(root / "images/val/0.jpg", jpeg(0))


def another_picture(root: Path) -> None:
    write(root / "images/val/x.jpg", jpeg(99))


def a_stray_label(root: Path) -> None:
    write(root / "labels/val/x.txt", ROWS)


def one_gone(root: Path) -> None:
    (root / "images/val/1.jpg").unlink()


def other_names(root: Path) -> None:
    write(root / "data.yaml", "path: .\ntrain: images/train\nval: images/val\nnames: [a, b]\n")


def other_order_of_names(root: Path) -> None:
    write(root / "data.yaml", "path: .\ntrain: images/train\nval: images/val\nnames: [b, a, c]\n")


def other_bytes_of_a_row_that_is_no_box(root: Path) -> None:
    write(root / "labels/train/c.txt", LEGACY.replace(b"0.2 0.2", b"0.2 0,2"))


def a_blank_more_in_a_faulty_row(root: Path) -> None:
    write(root / "labels/train/a.txt", "0  0.95 0.5 0.3 0.2\n")


@pytest.mark.parametrize(
    "change",
    [
        other_label,
        same_size_and_time,
        other_picture,
        another_picture,
        a_stray_label,
        one_gone,
        other_names,
        other_order_of_names,
        other_bytes_of_a_row_that_is_no_box,
        a_blank_more_in_a_faulty_row,
    ],
)
def test_whatever_changes_in_the_set_is_judged_as_without_a_cache(data: Path, change: Callable[[Path], None]) -> None:
    asked(data)
    change(data.parent)
    after, judged = asked(data)
    assert judged
    fresh = plain(examine.check(data, scanning=ScanOptions(cache=False)))
    del fresh["meta"]["seconds"]
    assert after == fresh


def test_other_predictions_are_judged_anew(data: Path, tmp_path: Path) -> None:
    rows = [{"file_name": f"{n}.jpg", "category_id": 0, "bbox": [64, 48, 32, 24], "score": 0.9} for n in "abc"]
    file = write(tmp_path / "predictions.json", json.dumps(rows))
    without = plain(examine.check(data))
    first = plain(examine.check(data, predictions=file))
    write(file, json.dumps([{**row, "file_name": "elsewhere.jpg"} for row in rows[1:]]))
    second = plain(examine.check(data, predictions=file))
    assert first != second
    assert without != first
    assert second == plain(examine.check(data, predictions=file, scanning=ScanOptions(cache=False)))


def test_a_damaged_kept_report_is_as_if_it_were_not_there(data: Path, home: Path) -> None:
    first, _ = asked(data)
    (kept,) = home.rglob("report.json")
    for damaged in ("", kept.read_text()[:500], "[]", '{"key": 1}'):
        kept.write_text(damaged)
        assert asked(data) == (first, True)


def test_a_report_of_another_program_is_not_taken(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report, facts = examine.check(data), {"dataset": scan(data)}
    KeptReport(known_as(data), facts, {}).keep(report)
    assert KeptReport(known_as(data), facts, {}).find() == report
    monkeypatch.setattr("numpy.__version__", "0.9")
    assert KeptReport(known_as(data), facts, {}).find() is None


def test_without_a_cache_nothing_is_kept(data: Path, home: Path) -> None:
    examine.check(data, scanning=ScanOptions(cache=False))
    assert not list(home.rglob("*"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("ab", "c"), ("a", "bc")),
        (("1",), (1,)),
        ((1,), (1.0,)),
        ((1, (2,)), ((1, 2),)),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        (np.array(["ab", "c"], dtype=object), np.array(["a", "bc"], dtype=object)),
        (np.zeros(4), np.zeros((2, 2))),
        (np.zeros(4), np.zeros(8, np.float32)),
        (np.broadcast_to(np.int64(1), 4), np.array([1, 1, 1, 2])),
        (np.arange(6).reshape(2, 3), np.arange(6).reshape(2, 3)[::-1]),
    ],
    ids=range(10),
)
def test_what_differs_has_another_key(one: object, other: object) -> None:
    assert key_of(one) != key_of(other)


def test_what_is_equal_has_the_same_key() -> None:
    assert key_of({"a": (1, [2.5, None], np.arange(3))}) == key_of({"a": (1, [2.5, None], np.arange(6)[:3])})
    assert key_of(np.broadcast_to(np.int64(1), 4)) == key_of(np.ones(4, np.int64))
