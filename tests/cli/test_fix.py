"""`traindx check --fix` as a user types it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.scan.drawn import dataset, tree_hash

GOOD = "1 0.5 0.5 0.25 0.25\n"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    clean = {f"{s}/{n}": f"{n % 3} 0.4 0.4 0.2 0.3\n" for s in ("train", "val") for n in range(6)}
    return dataset(tmp_path / "set", {**clean, "train/x": GOOD + GOOD, "val/y": GOOD + "99 0.2 0.2 0.1 0.1\n"})


def _traindx(*words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from traindx.cli import main; main()", "check", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True)


def test_diff_shows_and_writes_nothing(data: Path, tmp_path: Path) -> None:
    before = tree_hash(tmp_path)
    done = _traindx(data, "--fix", "--diff")
    assert done.returncode == 1
    assert (
        "--- a/labels/train/x.txt" in done.stdout and "-1 0.5 0.5 0.25 0.25" in done.stdout and "-99" not in done.stdout
    )
    assert "would change 1 rows of 1 files (1 safe); with --unsafe-fixes 1 more rows" in done.stderr
    assert "-99 0.2" in _traindx(data, "--fix", "--diff", "--unsafe-fixes").stdout
    assert tree_hash(tmp_path) == before


def test_out_writes_a_copy_that_a_second_check_finds_sound(data: Path, tmp_path: Path) -> None:
    done = _traindx(data, "fix=true", f"out={tmp_path / 'copy'}", "--unsafe-fixes")
    assert done.returncode == 0 and f"traindx check {tmp_path}/copy/data.yaml" in done.stdout
    report = json.loads(_traindx(tmp_path / "copy", "format=json").stdout)
    assert {o["code"] for o in report["outcomes"] if o["status"] == "failed"} & {"D204", "D209"} == set()
    assert report["verdict"] == "healthy" and "fixes" not in report["meta"]
    assert _traindx(tmp_path / "copy", "--fix", "--diff").stderr.strip() == "nothing to repair"


def test_in_place_names_the_backup(data: Path, tmp_path: Path) -> None:
    done = _traindx(data, "--fix", "--in-place", "--select", "D209")
    (backup,) = tmp_path.glob("set-before-fix-*")
    assert done.returncode == 0 and str(backup) in done.stdout
    assert (tmp_path / "set/labels/train/x.txt").read_text() == GOOD


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--fix"], "needs one of --diff, --out DIR and --in-place"),
        (["--fix", "--diff", "--in-place"], "needs one of"),
        (["--diff"], "belong to --fix"),
        (["--fix", "--out", "set/copy"], "lies in the dataset"),
    ],
)
def test_what_is_left_open_or_would_harm_is_refused(words: list[str], said: str, data: Path, tmp_path: Path) -> None:
    before = tree_hash(tmp_path)
    placed = [str(tmp_path / word) if "/" in word else word for word in words]
    done = _traindx(data, *placed)
    assert done.returncode == 2 and said in done.stderr
    assert tree_hash(tmp_path) == before


def test_the_report_says_how_many_findings_have_a_fix(data: Path) -> None:
    done = _traindx(data)
    said = rf"2 of \d findings can be fixed: traindx check {re.escape(str(data))} --fix --diff \(1 safe\)"
    assert re.search(said, done.stderr)
    report = json.loads(_traindx(data, "format=json").stdout)
    assert report["meta"]["fixes"]["fixable"] == 2
    fixes = {o["code"]: o["findings"][0]["fix"] for o in report["outcomes"] if o["findings"]}
    assert fixes["D209"] == f"traindx check {data} --fix --diff" and fixes["D204"].endswith("--unsafe-fixes")


def test_an_empty_name_is_not_the_working_folder(data: Path) -> None:
    before = tree_hash(data.parent)
    code = [sys.executable, "-c", "from traindx.cli import main; main()", "check", "", "--fix", "--in-place"]
    done = subprocess.run(code, capture_output=True, text=True, cwd=data.parent)
    assert done.returncode == 2 and "empty" in done.stderr and tree_hash(data.parent) == before
