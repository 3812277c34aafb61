"""`key=value` is `--key value`, and what belongs to another command is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from traindx.cli.arguments import translate
from traindx.cli.check import check
from traindx.cli.run import run


def test_a_pair_becomes_an_option() -> None:
    assert translate(["d.yaml", "format=json", "output=a=b.json"], check.params) == [
        "d.yaml",
        "--format=json",
        "--output=a=b.json",
    ]


def test_the_subject_of_a_command_may_be_named() -> None:
    assert translate(["data=d.yaml", "imgsz=640"], check.params) == ["d.yaml", "--imgsz=640"]


def test_a_flag_takes_yes_and_no() -> None:
    assert translate(["verbose=true"], check.params) == ["--verbose"]
    assert translate(["verbose=no"], check.params) == []


def test_the_value_of_an_option_is_no_pair() -> None:
    assert translate(["--ignore", "d=e"], check.params) == ["--ignore", "d=e"]


def test_an_existing_file_with_an_equals_sign_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("lr=3").write_text("")
    assert translate(["lr=3", "x/lr=3", "Lr=3"], check.params) == ["lr=3", "x/lr=3", "Lr=3"]


def test_what_stands_behind_two_dashes_is_the_other_command() -> None:
    context = run.make_context("run", ["name=a", "--", "python", "t.py", "format=html", "--", "-v"])
    assert context.params["name"] == "a"
    assert context.meta["traindx.behind"] == ("python", "t.py", "format=html", "--", "-v")
