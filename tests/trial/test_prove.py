"""Proofs on real trainings: a small network on scikit-learn's digits, its script run unchanged."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from traindx.core.report import Report, Trial
from traindx.errors import TraindxError
from traindx.examine import diagnose
from traindx.recorder.launch import run_command
from traindx.trial import prove

SCRIPT = """
import importlib.util
import os
import numpy
import torch
from torch import nn

SEED, LR, CLEAR, SHUFFLED = {seed!r}, {lr}, {clear}, {shuffled}
if SEED is not None:
    torch.manual_seed(SEED)
home = importlib.util.find_spec("sklearn").submodule_search_locations[0]  # its file alone: the import takes seconds
rows = numpy.loadtxt(os.path.join(home, "datasets", "data", "digits.csv.gz"), delimiter=",", dtype=numpy.float32)
x = torch.from_numpy(rows[:, :64]).reshape(-1, 1, 8, 8) / 16
y = torch.from_numpy(rows[:, 64]).long()
if SHUFFLED:
    y = y[torch.randperm(len(y))]
model = nn.Sequential(
    nn.Conv2d(1, 8, 3), nn.ReLU(), nn.Conv2d(8, 16, 3), nn.ReLU(), nn.Flatten(), nn.Linear(256, 10)
)
optimizer = torch.optim.SGD(model.parameters(), lr=LR, momentum=0.9)
for epoch in range({epochs}):
    order = torch.randperm(len(x))
    for batch in order.split(64):
        if CLEAR:
            optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x[batch]), y[batch])
        loss.backward()
        optimizer.step()
torch.save(model.state_dict(), "last.pt")
open("log.txt", "a").write(str(loss.item()))
"""


def script(
    folder: Path, *, lr: float = 0.03, clear: bool = True, shuffled: bool = False, seed: int | None = None
) -> Path:
    folder.mkdir(exist_ok=True)
    text = SCRIPT.format(lr=lr, clear=clear, shuffled=shuffled, seed=seed, epochs=5)
    (folder / "train.py").write_text(text)
    return folder


@pytest.fixture(scope="module")
def too_fast(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The recording of a run whose rate is 300 times too high."""
    return recorded(script(tmp_path_factory.mktemp("too-fast") / "user", lr=9.0))


def recorded(user: Path) -> Path:
    result = run_command([sys.executable, "train.py"], user.parent / "recording", cwd=user)
    assert result.exit_status == 0
    return user.parent / "recording"


def trial_of(report: Report, cause: str) -> Trial:
    trial = next(d.trial for d in report.diagnoses if d.cause == cause)
    assert trial is not None
    return trial


def status_of(report: Report, cause: str) -> str:
    return next(d.status for d in report.diagnoses if d.cause == cause)


def proved(run: Path, scratch: Path, causes: Sequence[str] = (), **more: object) -> Report:
    return prove(run, causes, scratch=scratch, **more)  # type: ignore[arg-type]


def digest(folder: Path) -> str:
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return hashlib.sha256(b"".join(str(p).encode() + p.read_bytes() for p in files)).hexdigest()


@pytest.mark.slow
def test_a_rate_that_is_too_high_is_confirmed_and_the_users_files_stay(too_fast: Path, tmp_path: Path) -> None:
    user = too_fast.parent / "user"
    before = digest(user)
    report = proved(too_fast, tmp_path, ["lr-too-high"])
    trial = trial_of(report, "lr-too-high")
    assert trial.verdict == "confirmed", trial.sentence
    assert status_of(report, "lr-too-high") == "proved" and report.verdict == "faulty"
    assert report.diagnoses[0].cause == "lr-too-high"
    assert {(a.name, a.seed) for a in trial.arms} == {("control", 0), ("control", 1), ("undone", 0), ("undone", 1)}
    assert all(a.symptom == (a.name == "control") for a in trial.arms)
    assert trial.effect is not None and trial.spread is not None and trial.effect > trial.spread
    assert "the loss fell by" in trial.sentence and "(2 of 2 seeds)" in trial.sentence
    assert digest(user) == before


def test_a_healthy_run_that_learns_no_better_refutes_it(tmp_path: Path) -> None:
    report = proved(recorded(script(tmp_path / "user")), tmp_path / "scratch", ["lr-too-high"])
    trial = trial_of(report, "lr-too-high")
    assert trial.verdict == "refuted" and len(trial.arms) == 2, trial.sentence
    assert "is not in this run" in trial.sentence
    assert status_of(report, "lr-too-high") == "ruled-out" and report.verdict == "healthy"


@pytest.mark.slow
def test_gradients_that_are_never_cleared_are_confirmed(tmp_path: Path) -> None:
    report = proved(
        recorded(script(tmp_path / "user", clear=False)), tmp_path / "scratch", ["missing-zero-grad"], seeds=(0,)
    )
    trial = trial_of(report, "missing-zero-grad")
    assert trial.verdict == "confirmed", trial.sentence
    assert "T301 failed in 1 of 1 unchanged runs and in 0 of 1 undone ones" in trial.sentence


@pytest.mark.slow
def test_a_lower_rate_does_not_cure_shuffled_labels(tmp_path: Path) -> None:
    report = proved(recorded(script(tmp_path / "user", shuffled=True)), tmp_path / "scratch", ["lr-too-high"])
    trial = trial_of(report, "lr-too-high")
    assert trial.verdict == "refuted", trial.sentence
    assert status_of(report, "lr-too-high") == "ruled-out"
    assert "The trouble stayed" in trial.sentence


@pytest.mark.slow
def test_a_command_that_seeds_itself_is_noticed_and_not_run_twice(tmp_path: Path) -> None:
    report = proved(recorded(script(tmp_path / "user", lr=9.0, seed=1)), tmp_path / "scratch")
    trial = trial_of(report, "lr-too-high")
    assert trial.verdict == "confirmed", trial.sentence
    assert "seeds itself" in trial.sentence
    assert sorted((a.name, a.seed) for a in trial.arms) == [("control", 0), ("undone", 0)]


def test_a_budget_that_is_too_small_decides_nothing_and_says_what_was_not_run(too_fast: Path, tmp_path: Path) -> None:
    report = proved(too_fast, tmp_path, ["lr-too-high"], minutes=0.01)
    trial = trial_of(report, "lr-too-high")
    assert trial.verdict == "inconclusive" and "undone seed 0" in trial.sentence
    assert "budget of 0.01 min" in trial.sentence and "not run: " in trial.sentence
    assert status_of(report, "lr-too-high") == status_of(diagnose(too_fast), "lr-too-high")


@pytest.mark.slow
def test_a_command_without_a_recording_is_recorded_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    user = script(tmp_path / "user", lr=9.0)
    monkeypatch.chdir(user)
    lines: list[str] = []
    report = prove(
        causes=["lr-too-high"],
        command=[sys.executable, "train.py"],
        seeds=(0,),
        scratch=tmp_path / "s",
        progress=lines.append,
    )
    assert trial_of(report, "lr-too-high").verdict == "confirmed"
    assert len(lines) == 2 and lines[0].startswith("control, seed 0")
    assert [p.name for p in user.iterdir()] == ["train.py"]


def test_a_command_that_never_trains_is_told_with_its_last_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken.py").write_text("import torch\nraise ValueError('no data')\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(TraindxError, match="ValueError: no data"):
        prove(command=[sys.executable, "broken.py"], scratch=tmp_path / "s")


def test_an_unknown_cause_is_told_with_the_nearest_names(tmp_path: Path) -> None:
    with pytest.raises(TraindxError, match=r"lr-to-high is no cause.*lr-too-high"):
        prove(tmp_path, ["lr-to-high"])


def test_a_folder_without_a_recording_is_told(tmp_path: Path) -> None:
    with pytest.raises(TraindxError):
        prove(tmp_path)


def test_either_a_recording_or_a_command_is_needed(tmp_path: Path) -> None:
    with pytest.raises(TraindxError, match="one of them"):
        prove()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_the_proof_and_leaves_no_process_and_no_copy(tmp_path: Path, number: signal.Signals) -> None:
    user, scratch = tmp_path / "user", tmp_path / "scratch"
    user.mkdir()
    (user / "train.py").write_text("import os, time\nopen('pid', 'w').write(str(os.getpid()))\ntime.sleep(100)\n")
    call = f"import sys; from traindx import prove; prove(command=[sys.executable, 'train.py'], scratch='{scratch}')"
    process = subprocess.Popen([sys.executable, "-c", call], cwd=user, stderr=subprocess.DEVNULL)
    while not (found := [p for p in scratch.rglob("pid") if p.read_text()]):
        time.sleep(0.1)
    child = int(found[0].read_text())
    process.send_signal(number)
    assert process.wait(20) != 0
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)
    assert not list(scratch.rglob("train.py"))
