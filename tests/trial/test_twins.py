"""Twins of a real training: the same step again is the same, the training in between is its own, and faults are told apart."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from traindx.core.finding import Table
from traindx.core.recording import Recording
from traindx.core.treatment import in_process
from traindx.core.twins import Twins, differs, gap, pairing, repeats
from traindx.core.twins_read import twins_from
from traindx.recorder.launch import run_command
from traindx.trial.tryouts import try_out

SCRIPT = """\
import torch
from torch import nn
from torch.utils.data import DataLoader

torch.manual_seed(0)
means = torch.randn(4, 3, 8, 8)
order = torch.randperm(192) if {shuffled} else torch.arange(192)
data = [(means[i % 4] + 0.5 * torch.randn(3, 8, 8), int(order[i]) % 4) for i in range({count})]
loader = DataLoader(data, batch_size=16, shuffle=True)
model = nn.Sequential(nn.Conv2d(3, 16, 3), nn.BatchNorm2d(16, momentum={momentum}), nn.ReLU(), nn.Dropout(0.2),
                      nn.Flatten(), nn.Linear(576, 4))
optimizer = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9)
for epoch in range(7):
    for x, y in loader:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss = nn.functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
"""


def twins_in(folder: Path, steps: int, **facts: object) -> Twins:
    """The twins of the script, in one arm."""
    (folder / "train.py").write_text(SCRIPT.format(**{"shuffled": False, "momentum": 0.1, "count": 192, **facts}))
    treatment = in_process("twins", "", steps=float(steps))
    with (folder / "output").open("wb") as output:
        run_command(
            [sys.executable, "train.py"],
            folder / "run",
            treatments=(treatment,),
            cwd=folder,
            stdout=output,
            max_steps=99,
        )
    recording = Recording.load(folder / "run")
    assert recording.ending == "cut" and not recording.of("treatment_failed"), (folder / "output").read_text()
    return twins_from([(e.event, e.data) for e in recording.events], 77)


def test_twins_of_a_training_are_steps_of_its_own_from_one_state(tmp_path: Path) -> None:
    found = twins_in(tmp_path, 30, momentum=0.0001)
    assert repeats(found, "first") == repeats(found, "later") == 0.0
    base, start = found.one("base", "first"), found.one("start", "later")
    assert (
        base is not None and start is not None and start.loss != base.loss
    )  # the random state of dropout is the moment's
    assert found.half == "bfloat16" and 0 < (differs(found, "full") or (1.0, 0.0))[0] < 0.02
    assert found.steps == len(found.losses) == 30 and found.held_out and found.batches == 2
    told, running, fresh = pairing(found), gap(found, "running"), gap(found, "refreshed")
    assert told is not None and told.belongs
    assert running is not None and fresh is not None and running.lost > 2 * abs(fresh.lost)


@pytest.mark.slow
def test_shuffled_labels_are_learned_by_heart_and_fit_no_better_than_others(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(
        SCRIPT.format(shuffled=True, momentum=0.1, count=64).replace("range(7)", "range(30)")
    )
    command = [sys.executable, str(tmp_path / "train.py")]
    report = try_out(["twins"], command=command, minutes=5, scratch=tmp_path.parent / "scratch")
    rows = {str(row[0]): str(row[2]) for t in report.overview if isinstance(t, Table) for row in t.rows}
    assert rows["one another's labels"].startswith("not decided") and rows["done again"] == "the same bit for bit"
    failed = {o.code for o in report.outcomes if o.status == "failed"}
    assert "B251" in failed and not failed & {"B241", "B242", "B244", "B245", "B246", "B252", "T511"}
