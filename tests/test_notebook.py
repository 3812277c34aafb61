"""A notebook's kernel: what cells train is recorded, each model apart, and diagnosed where one asks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from IPython.core.interactiveshell import InteractiveShell

import traindx
from traindx.core.recording import Recording
from traindx.recorder.attach import attached_session

MODEL = """
import torch
from torch import nn
torch.manual_seed(0)
model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3))
optimizer = torch.optim.SGD(model.parameters(), 0.1)
x = torch.randn(64, 4)
y = x[:, :3].argmax(1)
"""
LOOP = """
for step in range(40):
    optimizer.zero_grad()
    nn.functional.cross_entropy(model(x), y).backward()
    optimizer.step()
    if step == {stop}:
        raise {error}
"""


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[InteractiveShell]:
    """A shell without history, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    shell = InteractiveShell()
    shell.history_manager.enabled = False
    shell.run_cell("%load_ext traindx")
    yield shell
    shell.run_cell("%unload_ext traindx")
    assert attached_session(torch) is None


def train(shell: InteractiveShell, stop: int = -1, error: str = "ValueError") -> Any:
    return shell.run_cell(LOOP.format(stop=stop, error=error))


def folders(home: Path) -> list[Path]:
    return sorted((home / "traindx-runs").glob("*"))


def test_what_cells_train_is_recorded_and_reported_while_recording_goes_on(
    shell: InteractiveShell, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shell.run_cell(MODEL)
    train(shell)
    shell.run_cell("%traindx report")
    said = capsys.readouterr().out
    (folder,) = folders(tmp_path)
    assert "HEALTHY" in said and f"recorded in traindx-runs/{folder.name}" in said and (folder / "report.json").exists()
    train(shell)
    shell.run_cell("%traindx stop")
    recording = Recording.load(folder)
    assert recording.step.tolist() == list(range(80)) and recording.ending == "finished"
    assert np.isfinite(recording.loss).all() and recording.sources["backward"].path.startswith("<ipython")


def test_each_model_has_a_recording_of_its_own_and_a_cell_run_again_continues_it(
    shell: InteractiveShell, tmp_path: Path
) -> None:
    for _ in range(2):
        shell.run_cell(MODEL)
        train(shell)
    shell.run_cell("optimizer = torch.optim.Adam(model.parameters())")
    train(shell)
    shell.run_cell("%traindx stop")
    first, second = map(Recording.load, folders(tmp_path))
    assert (len(first.step), len(second.step)) == (40, 80)
    assert [o.kind for o in second.optimizers] == ["SGD", "Adam"]


def test_an_interrupted_cell_is_no_failure_and_an_error_outside_of_training_neither(
    shell: InteractiveShell, tmp_path: Path
) -> None:
    shell.run_cell(MODEL)
    train(shell, 10, "KeyboardInterrupt")
    shell.run_cell("undefined_name")
    train(shell)
    shell.run_cell("%traindx stop")
    (folder,) = folders(tmp_path)
    recording = Recording.load(folder)
    (interrupted,) = recording.of("interrupted")
    assert interrupted.step == 11 and len(recording.step) == 51 and recording.ending == "finished"


def test_an_error_in_a_cell_that_trains_stands_in_the_recording(shell: InteractiveShell, tmp_path: Path) -> None:
    shell.run_cell(MODEL)
    train(shell, 5, "ValueError('bad')")
    shell.run_cell("%traindx stop")
    (folder,) = folders(tmp_path)
    (event,) = Recording.load(folder).of("exception")
    assert event.data["message"] == "bad" and event.source is not None and event.source.line == 6


def test_a_notebook_that_trains_nothing_leaves_nothing_and_says_so(
    shell: InteractiveShell, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for line, words in (
        ("", "recording is on; recorded so far: nothing"),
        ("report", "nothing was recorded yet"),
        ("start", "recorded already"),
        ("nonsense", "%traindx report"),
    ):
        shell.run_cell(f"%traindx {line}")
        shown = capsys.readouterr()
        assert words in shown.out + shown.err and "Traceback" not in shown.out + shown.err
    assert folders(tmp_path) == []


def test_recording_can_be_ended_and_begun_again(shell: InteractiveShell, tmp_path: Path) -> None:
    shell.run_cell(MODEL)
    shell.run_cell("%traindx stop")
    train(shell)
    assert folders(tmp_path) == [] and attached_session(torch) is None
    shell.run_cell("%traindx start")
    train(shell)
    shell.run_cell("%traindx stop")
    assert [len(Recording.load(folder).step) for folder in folders(tmp_path)] == [40]


def test_a_kernel_that_is_recorded_already_is_left_to_that(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shell = InteractiveShell()
    with traindx.record(folder=tmp_path / "outer"):
        session = attached_session(torch)
        shell.run_cell("%load_ext traindx")
        assert attached_session(torch) is session
        shell.run_cell("%unload_ext traindx")
        assert attached_session(torch) is session
