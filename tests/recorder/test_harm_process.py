"""What a process is to its surroundings stays as it is: signals, exits, what it is given, where it writes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from tests.recorder.conftest import Done, Net, Record, batch, train
from traindx.core.recording import Recording
from traindx.recorder import record as record_block

WAITS = """
import signal, sys, time
def heard(number, frame):
    print("heard", signal.Signals(number).name, flush=True)
    sys.exit(7)
for name in ("SIGINT", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGTERM"):
    signal.signal(getattr(signal, name), heard)
open("ready", "w").close()
time.sleep(60)
"""


@pytest.mark.parametrize("name", ["SIGINT", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGTERM"])
def test_a_signal_to_the_launcher_reaches_the_command(tmp_path: Path, name: str) -> None:
    (tmp_path / "train.py").write_text(WAITS)
    code = "from traindx.cli import main; main()"
    command = [sys.executable, "-c", code, "run", "--folder", "r", "--", sys.executable, "train.py"]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=-1, stderr=-1, text=True, start_new_session=True)
    deadline = time.monotonic() + 60
    while not (tmp_path / "ready").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(getattr(signal, name))
    output, _ = process.communicate(timeout=60)
    assert f"heard {name}" in output and process.returncode == 7


EXITS = """
import pickle, sys
import numpy, torch
print(pickle.loads(pickle.dumps(sys.exit)) is sys.exit, sys.exit.__name__)
try:
    sys.exit(1, 2)
except TypeError as error:
    print(error)
try:
    raise ValueError("caught")
except ValueError:
    sys.exit(numpy.zeros(2) if sys.argv[1:] else 0)
"""


def test_exits_are_those_of_the_interpreter(run: Callable[..., Done], tmp_path: Path) -> None:
    for words, status in (((), 0), (("array",), 1)):
        done = run(EXITS, *words)
        plain = subprocess.run([sys.executable, "train.py", *words], cwd=tmp_path, text=True, capture_output=True)
        assert (done.result.exit_status, done.output) == (status, plain.stdout + plain.stderr)
        for file in done.folder.glob("*"):
            file.unlink()


def test_a_generator_of_losses_is_left_to_backward(record: Record) -> None:
    model = Net()
    with record():
        optimizer = torch.optim.SGD(model.parameters(), 0.1)
        for step in range(3):
            optimizer.zero_grad()
            x, y = batch(seed=step)
            torch.autograd.backward(loss for loss in [torch.nn.functional.cross_entropy(model(x), y)])
            assert model.head.weight.grad is not None and float(model.head.weight.grad.abs().sum()) > 0
            optimizer.step()


def test_a_recording_into_the_same_folder_is_the_one_that_is_read(tmp_path: Path) -> None:
    for rate in (0.1, 0.2):
        model = Net()
        with record_block(folder=tmp_path / "one"):
            train(model, torch.optim.SGD(model.parameters(), rate), 3)
    assert Recording.load(tmp_path / "one").optimizers[0].groups[0]["lr"] == 0.2
    assert Recording.load(tmp_path / "one" / "earlier-1").optimizers[0].groups[0]["lr"] == 0.1


def test_a_recording_that_another_process_writes_now_stays(tmp_path: Path) -> None:
    home = tmp_path / "one"
    home.mkdir()
    (home / "rank-0.jsonl").write_text(f'{{"kind": "start", "pid": {os.getppid()}}}\n')
    model = Net()
    with record_block(folder=home):
        train(model, torch.optim.SGD(model.parameters(), 0.1), 3)
    assert sorted(path.name for path in home.glob("rank-*")) == ["rank-0.2.jsonl", "rank-0.jsonl"]


def test_what_accelerate_wraps_is_the_optimizer(tmp_path: Path) -> None:
    class Wrapper(torch.optim.Optimizer):
        def __init__(self, optimizer: torch.optim.Optimizer) -> None:
            self.optimizer = optimizer

    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    with record_block(model, Wrapper(optimizer), folder=tmp_path / "one"):
        train(model, optimizer, 3)
    assert [o.kind for o in Recording.load(tmp_path / "one").optimizers] == ["SGD"]
