"""Two faults at once, proved on a real training; its arms side by side, and a proof that goes on after a kill."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from traindx.core.report import Report, Trial
from traindx.errors import TraindxError
from traindx.recorder.launch import run_command
from traindx.trial import prove
from traindx.trial.resuming import resumed

SCRIPT = """
import importlib.util
import os
import numpy
import torch
from torch import nn

home = importlib.util.find_spec("sklearn").submodule_search_locations[0]  # its file alone: the import takes seconds
rows = numpy.loadtxt(os.path.join(home, "datasets", "data", "digits.csv.gz"), delimiter=",", dtype=numpy.float32)
x = torch.from_numpy(rows[:, :64]).reshape(-1, 1, 8, 8) / 16
y = torch.from_numpy(rows[:, 64]).long()
data = torch.utils.data.TensorDataset(x[:1280], y[:1280])
loader = torch.utils.data.DataLoader(data, batch_size=32, shuffle=True)
model = nn.Sequential(
    nn.Conv2d(1, 8, 3), nn.ReLU(), nn.Conv2d(8, 16, 3), nn.ReLU(), nn.Flatten(), nn.Linear(256, 10)
)
ZERO = {zero}
for layer in model.modules():
    if ZERO and hasattr(layer, "weight"):
        nn.init.zeros_(layer.weight)
        nn.init.zeros_(layer.bias)
optimizer = torch.optim.SGD(model.parameters(), lr={lr}, momentum=0.9)
for epoch in range(4):
    for a, b in loader:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(a), b)
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        nn.functional.cross_entropy(model(x[1280:]), y[1280:])
"""


def recorded(home: Path, *, lr: float, zero: bool) -> Path:
    user = home / "user"
    user.mkdir(parents=True)
    (user / "train.py").write_text(SCRIPT.format(lr=lr, zero=zero))
    assert run_command([sys.executable, "train.py"], home / "recording", cwd=user).exit_status == 0
    return home / "recording"


def trials_of(report: Report, *causes: str) -> list[Trial]:
    return [d.trial for d in report.diagnoses if d.cause in causes and d.trial is not None]


def shape(trial: Trial) -> list[tuple[object, ...]]:
    return [(a.name, a.seed, a.steps, a.symptom, a.learned, a.held_out) for a in trial.arms]


@pytest.mark.slow
def test_two_faults_are_cured_together_and_a_killed_proof_goes_on_where_it_was(tmp_path: Path) -> None:
    run, scratch, told = recorded(tmp_path, lr=3e-6, zero=True), tmp_path / "scratch", list[str]()
    report = prove(run, ["constant-init", "lr-too-low"], scratch=scratch, seeds=(0, 1, 2), jobs=2)
    first, second = trials_of(report, "constant-init", "lr-too-low")
    assert first == second and first.verdict == "confirmed", first.sentence
    assert set(first.together) == {"constant-init", "lr-too-low"} and "alone cures" in first.sentence
    assert first.measured_on == "validation loss" and first.interval is not None and first.interval[0] > 0
    (home,) = scratch.iterdir()
    next(home.glob("constant-init+lr-too-low-*-seed1/arm.json"), next(home.glob("control-seed1/arm.json"))).unlink()
    again = prove(resume=home, progress=told.append)
    assert len(told) == 1 and shape(trials_of(again, "constant-init")[0]) == shape(first)
    assert again.sentence == report.sentence


@pytest.mark.slow
def test_a_cluster_of_one_node_gives_the_same_arms_and_the_same_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ray = pytest.importorskip("ray")
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    run = recorded(tmp_path, lr=9.0, zero=False)
    try:
        there = prove(run, ["lr-too-high"], scratch=tmp_path / "there", seeds=(0,), engine="ray", jobs=2)
    finally:
        ray.shutdown()
    here = prove(run, ["lr-too-high"], scratch=tmp_path / "here", seeds=(0,))
    (one,), (other,) = trials_of(there, "lr-too-high"), trials_of(here, "lr-too-high")
    assert one.verdict == other.verdict == "confirmed"
    assert (one.effect, one.interval, shape(one)) == (other.effect, other.interval, shape(other))


def test_a_folder_without_a_proof_cannot_be_gone_on_with(tmp_path: Path) -> None:
    with pytest.raises(TraindxError, match="holds no proof"):
        resumed(tmp_path)
