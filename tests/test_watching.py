"""A doomed run is stopped for what its recording shows; a healthy one is left alone."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from traindx import examine, watching
from traindx.core.live import Live
from traindx.recorder.launch import RunResult, run_command
from traindx.watching import Watch

TRAIN = """
import sys, time, torch
torch.manual_seed(0)
model = torch.nn.Sequential(torch.nn.Linear(20, 64), torch.nn.ReLU(), torch.nn.Linear(64, 5))
optimizer = torch.optim.SGD(model.parameters(), lr=float(sys.argv[1]), momentum=0.9)
for step in range(int(sys.argv[2])):
    x = torch.randn(32, 20)
    y = x[:, :5].argmax(1)
    optimizer.zero_grad()
    torch.nn.functional.cross_entropy(model(x), y).backward()
    optimizer.step()
    time.sleep(0.01)
"""


def run(home: Path, rate: float, steps: int, watch: Watch) -> RunResult:
    (home / "train.py").write_text(TRAIN)
    command = [sys.executable, "train.py", str(rate), str(steps)]
    env = {**os.environ, "OMP_NUM_THREADS": "1"}
    with (home / "said.txt").open("w") as said:
        return run_command(command, home / "recording", cwd=home, env=env, stdout=said, timeout=120, watch=watch)


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "JUDGED_EVERY", 1.0)
    monkeypatch.setattr(watching, "SHARE", 1.0)


def test_a_diverging_run_is_stopped_and_the_reason_is_said(tmp_path: Path) -> None:
    watch = Watch(tmp_path / "recording", stop_on="error")
    result = run(tmp_path, 50.0, 20_000, watch)
    assert result.exit_status != 0 and "KeyboardInterrupt" in (tmp_path / "said.txt").read_text()
    assert watch.stopped.startswith("lr-too-high")


def test_a_healthy_run_is_watched_to_its_end(tmp_path: Path) -> None:
    shown: list[tuple[Live, str]] = []
    watch = Watch(tmp_path / "recording", stop_on="error", show=lambda live, worst: shown.append((live, worst)))
    assert run(tmp_path, 0.1, 400, watch).exit_status == 0
    assert watch.stopped == "" and shown[-1][0].step is not None and shown[-1][0].step > 100


def test_what_goes_wrong_in_watching_is_said_once_and_stops_nothing(tmp_path: Path) -> None:
    said: list[str] = []

    def show(live: Live, worst: str) -> None:
        raise ValueError("no terminal")

    watch = Watch(tmp_path / "recording", show=show, tell=said.append)
    assert run(tmp_path, 0.1, 300, watch).exit_status == 0
    assert said == ["watching stopped (ValueError: no terminal); the command goes on, and is recorded"]


def test_a_run_whose_loss_has_not_fallen_yet_is_not_stopped(tmp_path: Path) -> None:
    watch = Watch(tmp_path / "recording", stop_on="error")
    assert run(tmp_path, 1e-6, 500, watch).exit_status == 0
    report = examine.diagnose(tmp_path / "recording")
    assert watch.stopped == "" and watch.worst != "" and report.exit_status == 1  # now that it has ended it counts
