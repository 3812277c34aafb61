"""`traindx run` leaves the command alone, passes on how it ended, and diagnoses what it left."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from traindx.cli.app import status_of
from traindx.cli.run import name_of, new_folder
from traindx.core.report import Report
from traindx.errors import TraindxError

TRAIN = """
import sys
import torch
torch.manual_seed(0)
model = torch.nn.Sequential(torch.nn.Linear(4, 16), torch.nn.ReLU(), torch.nn.Linear(16, 3))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
x = torch.randn(64, 4)
y = x[:, :3].argmax(1)
for step in range(40):
    optimizer.zero_grad()
    loss = torch.nn.functional.cross_entropy(model(x), y)
    loss.backward()
    optimizer.step()
print("done", len(sys.argv))
"""


def recorded(home: Path, script: str, *words: str) -> subprocess.CompletedProcess[str]:
    """`traindx run` on a script, in a process of its own."""
    (home / "train.py").write_text(script)
    command = [sys.executable, "-c", "from traindx.cli import main; main()", "run", *words, "--", sys.executable]
    env = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.run([*command, "train.py"], cwd=home, env=env, capture_output=True, text=True)


def report_in(home: Path) -> Report:
    """The report that the only recording below traindx-runs holds."""
    (path,) = home.glob("traindx-runs/*/report.json")
    return Report.from_json(json.loads(path.read_text()))


def test_the_command_is_left_alone_and_its_recording_is_diagnosed(tmp_path: Path) -> None:
    done = recorded(tmp_path, TRAIN, "format=json", "output=out.json")
    assert (done.returncode, done.stdout) == (0, "done 1\n")
    assert re.search(r"^recorded in traindx-runs/\d{8}-\d{6}-train$", done.stderr, re.MULTILINE)
    report = report_in(tmp_path)
    assert report.verdict == "healthy" and report.meta["command_exit"] == 0
    assert json.loads((tmp_path / "out.json").read_text()) == json.loads(
        next(tmp_path.glob("traindx-runs/*/report.json")).read_text()
    )


def test_a_script_that_raises_keeps_its_traceback_and_status_and_is_diagnosed(tmp_path: Path) -> None:
    done = recorded(tmp_path, TRAIN + "raise KeyError('a user bug')\n")
    assert done.returncode == 1
    assert "Traceback (most recent call last)" in done.stderr and "KeyError: 'a user bug'" in done.stderr
    report = report_in(tmp_path)
    assert report.meta["command_exit"] == 1 and report.meta["steps"] == 40
    assert any("a user bug" in finding.message for _, finding in report.findings())


def test_the_status_of_the_command_is_passed_on(tmp_path: Path) -> None:
    done = recorded(tmp_path, TRAIN + "sys.exit(7)\n")
    assert done.returncode == 7
    assert report_in(tmp_path).meta["command_exit"] == 7


def test_a_command_that_trains_nothing_is_status_2(tmp_path: Path) -> None:
    done = recorded(tmp_path, "print('hello')\n")
    assert done.returncode == 2
    assert done.stdout.startswith("hello\n")
    assert "nothing was recorded" in done.stderr


def test_a_command_that_fails_before_training_keeps_its_status(tmp_path: Path) -> None:
    done = recorded(tmp_path, "import no_such_module_here\n")
    assert done.returncode == 1
    assert "No module named 'no_such_module_here'" in done.stderr


@pytest.mark.parametrize("words", [["folder=held"], ["folder=held/file/below"], ["output=held/file/x.html"]])
def test_a_place_that_cannot_be_written_is_named_before_the_command_starts(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "held").mkdir()
    (tmp_path / "held" / "file").write_text("")
    assert status_of(["run", *words, "--", sys.executable, "-c", "open('started', 'w')"]) == 2
    shown = capsys.readouterr()
    assert "held" in shown.err and shown.err.count("\n") == 1
    assert not (tmp_path / "started").exists()


def test_folders_of_runs_in_one_second_differ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    made = {new_folder(None, "a") for _ in range(3)}
    assert len(made) == 3 and all(folder.is_dir() for folder in made)
    (tmp_path / "held").mkdir()
    assert new_folder(Path("held"), "a") == Path("held")
    (tmp_path / "held" / "x").write_text("")
    with pytest.raises(TraindxError, match="held is not empty"):
        new_folder(Path("held"), "a")


@pytest.mark.parametrize(
    ("command", "name"),
    [
        (["python", "src/train.py", "--lr", "3"], "train"),
        (["torchrun", "--nproc_per_node=2", "a/ddp_main.py"], "ddp_main"),
        (["python", "-m", "my.module"], "my.module"),
        (["/usr/bin/yolo", "train", "data=x.yaml"], "yolo"),
        (["python", "-m"], "python"),
    ],
)
def test_a_recording_is_named_after_script_module_or_program(command: list[str], name: str) -> None:
    assert name_of(command) == name


def test_a_command_without_the_two_dashes_is_told_how_to_write_it() -> None:
    seen = subprocess.run(
        [sys.executable, "-c", "from traindx.cli import main; main()", "run", "python", "train.py"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert seen.returncode == 2
    assert "traindx run -- python train.py" in seen.stderr
    assert len(seen.stderr.strip().splitlines()) == 1
