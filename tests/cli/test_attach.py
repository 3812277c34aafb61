"""`traindx attach` tells where a training stands, and leaves it alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from traindx.cli.app import status_of

TRAIN = """
import sys, time, torch
def read():
    open("ready", "w").close()
    time.sleep(600)
model = torch.nn.Linear(4, 3)
optimizer = torch.optim.SGD(model.parameters(), 0.1)
torch.nn.functional.cross_entropy(model(torch.randn(8, 4)), torch.randint(0, 3, (8,))).backward()
optimizer.step()
read()
"""


def test_a_recorded_training_that_stands_is_shown_with_its_line(tmp_path: Path, capsys: object) -> None:
    (tmp_path / "train.py").write_text(TRAIN)
    traindx = [sys.executable, "-c", "from traindx.cli import main; main()"]
    command = [*traindx, "run", "--folder", "r", "--", sys.executable, "train.py"]
    run = subprocess.Popen(command, cwd=tmp_path, env={**os.environ, "OMP_NUM_THREADS": "1"}, stdout=-1, stderr=-1)
    try:
        deadline = time.monotonic() + 60
        while not (tmp_path / "ready").exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        pid = json.loads((tmp_path / "r" / "rank-0.jsonl").read_text().splitlines()[0])["pid"]
        done = subprocess.run(
            [*traindx, "attach", str(pid), "--apart", "0.3"], cwd=tmp_path, capture_output=True, text=True
        )
        assert done.returncode == 1, done.stderr
        assert "stands still" in done.stdout and "stands at train.py:5" in done.stdout
        assert run.poll() is None
    finally:
        run.terminate()
        run.wait()


def test_a_process_that_is_not_there_is_said_in_one_line(capsys: object) -> None:
    assert status_of(["attach", "99999999"]) == 2
