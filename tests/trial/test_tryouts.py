"""Tryouts and applied fixes on real trainings: a small network on drawn digits, its script run unchanged."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from traindx.cli.apply import of_proof
from traindx.core.finding import Table
from traindx.core.report import Report
from traindx.core.tryout_words import COLUMNS
from traindx.errors import TraindxError
from traindx.examine import diagnose
from traindx.recorder.launch import run_command
from traindx.trial.tryouts import try_out

SCRIPT = """\
import torch
from torch import nn
from torch.utils.data import DataLoader

torch.manual_seed(0)
means = torch.randn(4, 12)
data = [{{"x": means[i % 4] + 0.3 * torch.randn(12), "y": torch.tensor(i % 4)}} for i in range(256)]
loader = DataLoader(data, batch_size=16, shuffle=True)
model = nn.Sequential(nn.Linear(12, 32), nn.ReLU(), nn.Linear(32, 4))
optimizer = torch.optim.SGD(model.parameters(), lr={lr}, momentum=0.9)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 4)
for epoch in range(8):
    for batch in loader:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(batch["x"]), batch["y"])
        loss.backward()
        optimizer.step()
    scheduler.step()
"""


def recorded(folder: Path, text: str) -> Path:
    """The script in its folder, recorded there."""
    (folder / "train.py").write_text(text)
    run_command([sys.executable, "train.py"], folder / "run", cwd=folder, stdout=(folder / "output").open("wb"))
    return folder / "run"


def rows(report: Report) -> dict[str, tuple[str, str]]:
    """What was tried: what it showed and what that means."""
    tables = [t for t in report.overview if isinstance(t, Table) and t.columns == COLUMNS]
    return {str(row[0]): (str(row[1]), str(row[2])) for table in tables for row in table.rows}


@pytest.mark.slow
def test_a_training_on_dicts_is_swept_learned_by_heart_and_fitted(tmp_path: Path) -> None:
    run = recorded(tmp_path, SCRIPT.format(lr=3.0))
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    tries = ["lr-range", "overfit", "batch-fit"]
    report = try_out(tries, run, minutes=5, memory=2.0**27, scratch=tmp_path.parent / "scratch")  # type: ignore[arg-type]
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before
    said = rows(report)
    assert "times above where the loss breaks" in said["your rate"][1]
    assert said["batch 16"][1] == "measured" and "does not fit" in said["largest batch"][1]
    assert report.meta["tried"] == tries
    lr = next(d for d in report.diagnoses if d.cause == "lr-too-high")
    assert "T501" in {reason.code for reason in lr.because}


def test_a_step_that_is_missing_is_put_in_and_shown_to_train(tmp_path: Path) -> None:
    text = SCRIPT.format(lr=0.05).replace("        optimizer.step()\n", "")
    run = recorded(tmp_path, text)
    report = diagnose(run)
    report = Report(report.verdict, report.diagnoses, report.outcomes, {**report.meta, "scratch": str(tmp_path / "s")})
    found, remedy = of_proof(report, run, (), 3)
    assert remedy.changed[0].text == SCRIPT.format(lr=0.05) and (tmp_path / "train.py").read_text() == text
    assert found.meta["applied"]["verdict"] == "confirmed" and "Fixed: the loss fell by" in found.sentence


def test_a_command_that_never_trains_cannot_be_tried_out(tmp_path: Path) -> None:
    with pytest.raises(TraindxError, match="before a training step"):
        try_out(["overfit"], command=[sys.executable, "-c", "import torch"], minutes=1, scratch=tmp_path)
