"""The demo: its folder, its needs, and the whole way for its default cause."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from traindx.core.report import Report
from traindx.demo import SCRIPT, causes_for_demo, prepare, require_packages
from traindx.errors import TraindxError


def test_the_script_knows_nothing_of_traindx(tmp_path: Path) -> None:
    prepare(tmp_path / "demo")
    code = (tmp_path / "demo" / SCRIPT).read_text()
    assert not [line for line in code.splitlines() if "import" in line and "traindx" in line]


def test_what_an_earlier_demo_left_goes_and_nothing_else(tmp_path: Path) -> None:
    prepare(tmp_path)
    (tmp_path / "faulty").mkdir()
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / SCRIPT).write_text("changed")
    prepare(tmp_path)
    assert not (tmp_path / "faulty").exists()
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert (tmp_path / SCRIPT).read_text() != "changed"


def test_somebody_elses_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "faulty").mkdir()
    with pytest.raises(TraindxError, match="is not the demo's"):
        prepare(tmp_path)
    assert (tmp_path / "faulty").is_dir()
    (tmp_path / "file").write_text("")
    with pytest.raises(TraindxError, match="is not the demo's"):
        prepare(tmp_path / "file")


def test_without_torch_the_command_that_installs_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    require_packages()
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "torch" else object())
    with pytest.raises(TraindxError, match=r"needs torch\. python -m pip install"):
        require_packages()


def test_a_demo_exists_for_the_causes_that_a_running_training_can_have() -> None:
    slugs = {cause.slug for cause in causes_for_demo()}
    assert {"lr-too-high", "lr-too-low", "missing-zero-grad", "softmax-before-cross-entropy"} <= slugs


@pytest.mark.slow
def test_the_demo_finds_proves_and_cures_its_fault(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "from traindx.cli import main; main()", "demo"]
    env = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "the fault is put in: learning rate × 300" in done.stdout
    assert "lr-too-high, proved by a trial" in done.stdout
    accuracy = re.search(r"accuracy: ([\d.]+)% with the fault, ([\d.]+)% with it undone", done.stdout)
    assert accuracy is not None
    before, after = map(float, accuracy.groups())
    assert before < 30 and after > 80
    page = (tmp_path / "traindx-demo" / "report.html").read_text(encoding="utf-8")
    assert "lr-too-high" in page and "learning rate × 300" in page
    report = json.loads((tmp_path / "traindx-demo" / "report.json").read_text())
    first = Report.from_json(report).diagnoses[0]
    assert first.cause == "lr-too-high" and first.trial is not None
    assert {(arm.name, arm.symptom) for arm in first.trial.arms} == {("control", True), ("undone", False)}
