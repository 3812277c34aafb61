"""`traindx report` shows a report again, and says what is wrong with a file that is none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from traindx.cli.app import status_of


@pytest.fixture
def saved(faulty_set: Path, tmp_path: Path) -> Path:
    """A report as `check` writes it."""
    path = tmp_path / "report.json"
    status_of(["check", str(faulty_set), "format=json", f"output={path}"])
    return path


def test_a_report_reads_back_the_same(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert status_of(["report", str(saved), "--format", "json"]) == 1
    assert json.loads(capsys.readouterr().out) == json.loads(saved.read_text())


@pytest.mark.parametrize("kind", ["text", "sarif", "junit", "github", "markdown"])
def test_a_report_is_shown_in_every_format(kind: str, saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert status_of(["report", str(saved), "--format", kind]) == 1
    assert "labels/train/0.txt" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is no JSON"),
        ("[]", "it holds a list"),
        ('{"schema": 1}', "'verdict' is missing"),
        ('{"schema": 2}', "report schema 2, expected 1"),
        ('{"schema": 1, "verdict": "faulty", "diagnoses": [], "outcomes": [3], "meta": {}}', "is no report"),
        ('{"schema": 1, "verdict": "faulty", "diagnoses": 3, "outcomes": [], "meta": {}}', "is no report"),
    ],
)
def test_a_broken_report_is_one_line(text: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "broken.json").write_text(text)
    assert status_of(["report", str(tmp_path / "broken.json")]) == 2
    shown = capsys.readouterr().err
    assert said in shown and shown.count("\n") == 1 and "bug in traindx" not in shown


def test_a_binary_file_is_no_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.json").write_bytes(b"\xff\xfe\x00")
    assert status_of(["report", str(tmp_path / "x.json")]) == 2
    assert "is no JSON" in capsys.readouterr().err
