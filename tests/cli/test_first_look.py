"""What is said before the first step of a command, and when a command is not started."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

TRAIN = """
import torch
model = torch.nn.Linear(4, 2)
optimizer = torch.optim.Adam(model.parameters(), lr=0.3)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=3)
print("began")
for epoch in range(12):
    optimizer.zero_grad()
    model(torch.ones(8, 4)).square().mean().backward()
    optimizer.step()
    scheduler.step()
"""


def run(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """`traindx run` in a process of its own."""
    command = [sys.executable, "-c", "from traindx.cli import main; main()", "run", *words]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = {**os.environ, "OMP_NUM_THREADS": "1", "PATH": path}
    return subprocess.run(command, cwd=home, env=env, capture_output=True, text=True)


def test_a_command_is_examined_before_it_is_started(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(TRAIN)
    done = run(tmp_path, "--folder", "out", "format=json", "--", sys.executable, "train.py")
    said = [line for line in done.stderr.splitlines() if "before the first step" in line]
    assert len(said) == 2 and "S135: train.py:4" in said[0] and "S150: train.py:5" in said[1]
    assert '"S150"' in done.stdout and (tmp_path / "out" / "machine.json").is_file()


def test_an_unknown_setting_keeps_a_command_from_being_started(tmp_path: Path) -> None:
    done = run(tmp_path, "--folder", "out", "--stop-on", "error", "--", "yolo", "train", "epoch=3", "data=coco8.yaml")
    assert done.returncode == 2 and "not started: setting epoch: epoch=3 is no setting of Ultralytics" in done.stderr
    assert not list((tmp_path / "out").glob("rank-*.jsonl")) and not (tmp_path / "out" / "run.json").exists()


def test_nothing_is_examined_where_that_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(TRAIN.replace("range(12)", "range(1)"))
    done = run(tmp_path, "--no-check", "--folder", "out", "--", sys.executable, "train.py")
    assert "before the first step" not in done.stderr and not (tmp_path / "out" / "machine.json").exists()
