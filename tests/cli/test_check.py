"""`traindx check` on small datasets on disk."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from traindx.cli.app import status_of


def report_of(words: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, Any]]:
    """Exit status and JSON of a command."""
    status = status_of([*words, "format=json"])
    return status, json.loads(capsys.readouterr().out)


def test_a_sound_dataset_gives_0(yolo_set: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of(["check", str(yolo_set)]) == 0
    assert capsys.readouterr().err == ""


def test_ids_that_count_from_one_give_1_and_are_named_with_file_and_line(
    faulty_set: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, report = report_of(["check", str(faulty_set)], capsys)
    assert status == 1 and report["verdict"] == "faulty"
    places = [f["place"] for o in report["outcomes"] for f in o["findings"] if o["level"] == "error"]
    assert ("labels/train/0.txt", 2) in [(place.get("path"), place.get("line")) for place in places]


def test_an_ignored_check_is_shown_with_its_reason(faulty_set: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, report = report_of(["check", str(faulty_set), "ignore=D=they are known"], capsys)
    reasons = {o["code"]: o["reason"] for o in report["outcomes"] if o["code"].startswith("D")}
    assert status == 0
    assert set(reasons.values()) == {"ignored: they are known"}


def test_selected_checks_alone_run(yolo_set: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, report = report_of(["check", str(yolo_set), "--select", "D20,D1"], capsys)
    codes = [o["code"] for o in report["outcomes"]]
    assert codes and all(code.startswith(("D20", "D1")) for code in codes)


def test_the_configuration_of_the_folder_counts(
    faulty_set: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(faulty_set.parent)
    Path("traindx.toml").write_text('[ignore]\nD2 = "until the labels are mended"\n')
    status, report = report_of(["check", "data.yaml"], capsys)
    assert status == 0
    assert "until the labels are mended" in json.dumps(report)


def test_a_page_is_written_where_it_is_said(
    faulty_set: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(faulty_set.parent)
    assert status_of(["check", "data.yaml", "--format", "html"]) == 1
    assert "traindx-report.html" in capsys.readouterr().err
    assert Path("traindx-report.html").read_text(encoding="utf-8").lstrip().lower().startswith("<!doctype html>")


def test_text_goes_to_a_file_without_colours(
    faulty_set: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    target = tmp_path / "new" / "report.txt"
    assert status_of(["check", str(faulty_set), "-o", str(target)]) == 1
    assert "FAULTY" in target.read_text() and "\x1b" not in target.read_text()
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("target", ["file/report.txt", "."])
def test_an_output_that_cannot_be_written_is_named_before_the_work(
    target: str, yolo_set: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("")
    assert status_of(["check", str(yolo_set), "--output", target]) == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("text", ["", "just words", "a: [", "epochs: 3\nlr: 0.1\n"])
def test_a_yaml_that_is_no_dataset_is_one_line(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.yaml").write_text(text)
    assert status_of(["check", str(tmp_path / "x.yaml")]) == 2
    shown = capsys.readouterr()
    assert "x.yaml" in shown.err and shown.err.count("\n") == 1 and shown.out == ""
    assert "bug in traindx" not in shown.err


@pytest.mark.parametrize(
    ("name", "text", "code", "cause", "line"),
    [
        ("data.yaml", "train: a\nval: [b\nnames: [c]\n", "D426", "wrong-dataset-layout", 3),
        ("data.yaml", "", "D426", "wrong-dataset-layout", None),
        ("annotations/train.json", '{"images": [], "annotations": [\n{"id": 1, "im', "D234", "malformed-labels", 2),
    ],
)
@pytest.mark.parametrize("folder", [False, True])
def test_a_machine_gets_a_report_on_a_broken_description(
    name: str, text: str, code: str, cause: str, line: int | None, folder: bool, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(text)
    assert status_of(["check", str(tmp_path if folder else tmp_path / name), "--format", "json"]) == 2
    shown = capsys.readouterr()
    report = json.loads(shown.out)
    assert (report["verdict"], [o["code"] for o in report["outcomes"]]) == ("faulty", [code])
    best = report["diagnoses"][0]
    assert (best["cause"], best["status"]) == (cause, "proved")
    assert (best["places"][0].get("path"), best["places"][0].get("line")) == (name, line)
    assert shown.err.startswith("traindx: ") and report["meta"]["error"]["seen"] in shown.err


def test_a_machine_gets_a_report_where_there_is_nothing_to_examine(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["check", str(tmp_path / "none")]
    assert status_of([*words, "--format", "json"]) == 2
    report = json.loads(capsys.readouterr().out)
    assert (report["verdict"], report["diagnoses"], report["outcomes"]) == ("unclear", [], [])
    assert "no such file or folder" in report["meta"]["error"]["seen"]
    assert status_of([*words, "--format", "junit"]) == 2
    assert '<error message="' in capsys.readouterr().out
    assert status_of([*words, "--format", "sarif"]) == 2
    assert json.loads(capsys.readouterr().out)["runs"][0]["invocations"][0]["executionSuccessful"] is False
