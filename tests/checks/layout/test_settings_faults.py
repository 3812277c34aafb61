"""Faults of settings files, from the file to the finding's line and the diagnosis."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.checks.found import report_of
from tests.scan.drawn import dataset, jpeg, png, write
from traindx import examine
from traindx.core.finding import Finding
from traindx.core.report import Report

ROWS: dict[str, bytes | str | None] = {f"train/{n}": f"{n % 2} 0.5 0.5 0.2 0.{n + 1}\n" for n in range(6)}
ROWS |= {f"val/{n}": f"{n % 2} 0.5 0.5 0.2 0.{n + 1}\n" for n in range(4)}
PATHS = "train: images/train\nval: images/val\n"
NAMES = "names: [a, b]\n"


def found(report: Report, code: str) -> tuple[Finding, ...]:
    return next(outcome for outcome in report.outcomes if outcome.code == code).findings


def causes(report: Report) -> list[str]:
    return [d.cause for d in report.diagnoses if d.status in ("proved", "consistent")]


@pytest.mark.parametrize(
    ("settings", "code", "line", "cause"),
    [
        (f"{PATHS}{NAMES}val: images/train\n", "D413", 4, "wrong-dataset-layout"),
        (f"{PATHS}{NAMES}names: [b, a]\n", "D314", 4, "class-map-mismatch"),
        (f"{PATHS}names:\n  0: a\n  0: c\n  1: b\n", "D314", 5, "class-map-mismatch"),
        (f"{PATHS}{NAMES}nc: 3\n", "D304", 4, "class-map-mismatch"),
        (f"{PATHS}names:\n  0: a\n  2: b\n", "D304", 3, "class-map-mismatch"),
        (f"{PATHS}names:\n  - Car\n  - car\n", "D415", 5, "class-map-mismatch"),
        (f"train: images/train\nval: images/train\n{NAMES}", "D409", 2, "train-val-leakage"),
        (f"train: images/val\nval: images/train\n{NAMES}", "D315", 1, "wrong-dataset-layout"),
    ],
)
def test_a_fault_is_named_with_its_line_and_cause(
    tmp_path: Path, settings: str, code: str, line: int, cause: str
) -> None:
    report = report_of(dataset(tmp_path, ROWS, settings=settings))
    place = found(report, code)[0].place
    assert (place.path, place.line) == ("data.yaml", line)
    assert report.verdict == "faulty" and cause in causes(report)


@pytest.mark.parametrize(
    ("settings", "code", "line"),
    [
        (f"{PATHS}{NAMES}chanels: 1\n", "D414", 4),
        (f"{PATHS}names: [yes, b]\n", "D416", 3),
        (f"{PATHS}names:\n  - a\n  - ''\n", "D416", 5),
        (f"{PATHS}{NAMES}download: |\n  import os\n", "D418", 4),
    ],
)
def test_what_is_odd_and_trains_is_named_and_healthy(tmp_path: Path, settings: str, code: str, line: int) -> None:
    report = report_of(dataset(tmp_path, ROWS, settings=settings))
    assert found(report, code)[0].place.line == line and report.verdict == "healthy"


@pytest.mark.parametrize(
    "settings",
    [
        f"{PATHS}{NAMES}nc: 2\n",
        f"{PATHS}{NAMES}names: [a, b]\n",
        f"{PATHS}test: images/val\n{NAMES}",
        f"{PATHS}{NAMES}roboflow:\n  license: MIT\nauthor: me\n",
        f"{PATHS}names: &names [a, b]\nother: *names\n",
        f"{PATHS}{NAMES}kpt_shape: [17, 3]\nflip_idx: [{', '.join(map(str, range(17)))}]\n",
    ],
)
def test_settings_in_order_are_healthy(tmp_path: Path, settings: str) -> None:
    report = report_of(dataset(tmp_path, ROWS, settings=settings))
    codes = [
        o.code for o in report.outcomes if o.status != "passed" and o.findings and o.code.startswith(("D31", "D4"))
    ]
    assert report.verdict == "healthy" and codes == []


def test_code_in_the_settings_is_not_run(tmp_path: Path) -> None:
    code = f"download: |\n  from pathlib import Path\n  Path('{tmp_path}/harm').mkdir()\n"
    report_of(dataset(tmp_path, ROWS, settings=f"train: images/train\nval: images/gone\n{NAMES}{code}"))
    assert not (tmp_path / "harm").exists()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (f"train: images\\train\nval: images\\val\n{NAMES}", "written with \\, which is no separator here"),
        (f"path: ..\n{PATHS}{NAMES}", "images/train is there: correct `path`"),
        (f"train: Images/train\nval: images/Val\n{NAMES}", "images/train is there, and case counts"),
        (f"train: images/training\nval: images/val\n{NAMES}", "images holds train, val"),
        (f"train: images/train\nvalid: images/val\n{NAMES}", "no key `val`, which training needs; it has `valid`"),
    ],
)
def test_a_path_that_is_not_there_says_what_is(tmp_path: Path, settings: str, said: str) -> None:
    report = report_of(dataset(tmp_path, ROWS, settings=settings))
    finding = found(report, "D102")[0]
    assert (
        said in finding.message
        and finding.place.path == "data.yaml"
        and finding.place.line in (1, 2, 3, None)
        and causes(report)[0] == "missing-images"
    )


def test_labels_beside_the_root_are_found(tmp_path: Path) -> None:
    file = dataset(tmp_path / "set", ROWS, settings=f"{PATHS}{NAMES}")
    (tmp_path / "set/labels").rename(tmp_path / "labels")
    message = found(report_of(file), "D201")[0].message
    assert f"6 files with their names are in {tmp_path}/labels/train" in message


def test_labels_of_which_many_were_renamed_are_an_error(tmp_path: Path) -> None:
    file = dataset(tmp_path, ROWS, settings=f"{PATHS}{NAMES}")
    for n in range(3):
        (tmp_path / f"labels/train/{n}.txt").rename(tmp_path / f"labels/train/frame-{n}0.txt")
    report = report_of(file)
    assert "one of both was renamed" in found(report, "D201")[0].message and causes(report)[0] == "labels-not-found"


def test_a_gif_and_a_picture_that_shares_a_label_are_named(tmp_path: Path) -> None:
    file = dataset(tmp_path, ROWS, settings=f"{PATHS}{NAMES}")
    write(tmp_path / "images/train/x.gif", b"GIF89a" + bytes(30))
    write(tmp_path / "images/train/0.png", png())
    write(tmp_path / "images/train/1.jpeg", (tmp_path / "images/train/1.jpg").read_bytes())
    report = report_of(file)
    assert [f.place.path for f in found(report, "D406")] == ["images/train/x.gif"]
    assert [f.place.image for f in found(report, "D408")] == ["images/train/0.png"]


def test_pictures_are_not_taken_for_left_out_by_their_spelling(tmp_path: Path) -> None:
    file = dataset(tmp_path, ROWS, settings=f"{PATHS}{NAMES}")
    write(tmp_path / "images/train/7.JPG", jpeg(70))
    write(tmp_path / "labels/train/7.txt", "0 0.5 0.5 0.1 0.1\n")
    write(tmp_path / "images/train/notes.csv", "GIF89a")
    assert found(report_of(file), "D406") == ()


@pytest.mark.parametrize(("started", "codes"), [("work", []), (".", ["D425"])])
def test_a_relative_path_leads_from_where_the_training_was_started_not_from_where_it_is_diagnosed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, started: str, codes: list[str]
) -> None:
    monkeypatch.setenv("YOLO_CONFIG_DIR", str(tmp_path / "none"))
    dataset(tmp_path / "work/set", ROWS)
    yaml_file = write(tmp_path / "work/data.yaml", f"path: set\n{PATHS}{NAMES}")
    run = {"command": ["yolo", "detect", "train", f"data={yaml_file}"], "cwd": str(tmp_path / started)}
    write(tmp_path / "run/run.json", json.dumps(run))
    for place in (tmp_path, tmp_path / "work"):
        monkeypatch.chdir(place)
        report = examine.diagnose(tmp_path / "run")
        assert [outcome.code for outcome, _ in report.findings("error")] == codes
