"""A run that hangs is told from one that is slow, and where each of its processes stands is said."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from traindx.core.hang import Hang, hangs_of
from traindx.core.live import Follower
from traindx.core.recording import Recording
from traindx.recorder.answer import asking_signal
from traindx.recorder.hang import HangWatch
from traindx.recorder.launch import run_command
from traindx.recorder.stacks import catches, look, parse

WORKER = """
import sys, time, torch
class Data(torch.utils.data.Dataset):
    def __len__(self):
        return 400
    def __getitem__(self, i):
        if i == 137:
            with open("picture_137.jpg", "rb") as file:
                time.sleep(1000)
        return torch.randn(4), i % 3
model = torch.nn.Linear(4, 3)
optimizer = torch.optim.SGD(model.parameters(), 0.1)
for x, y in torch.utils.data.DataLoader(Data(), 8, num_workers=2):
    optimizer.zero_grad()
    torch.nn.functional.cross_entropy(model(x), y).backward()
    optimizer.step()
"""

RANKS = """
import threading, torch, torch.distributed as dist
dist.init_process_group("gloo")
model = torch.nn.parallel.DistributedDataParallel(torch.nn.Linear(4, 3))
optimizer = torch.optim.SGD(model.parameters(), 0.1)
for step in range(30 if dist.get_rank() == 0 else 20):
    optimizer.zero_grad()
    torch.nn.functional.cross_entropy(model(torch.randn(8, 4)), torch.randint(0, 3, (8,))).backward()
    optimizer.step()
threading.Event().wait()
"""

SLOW = """
import time, torch
model = torch.nn.Linear(4, 3)
optimizer = torch.optim.SGD(model.parameters(), 0.1)
for step in range(5):
    optimizer.zero_grad()
    torch.nn.functional.cross_entropy(model(torch.randn(8, 4)), torch.randint(0, 3, (8,))).backward()
    optimizer.step()
until = time.monotonic() + 6
while time.monotonic() < until:
    time.sleep(0.001)
    with torch.no_grad():
        torch.randn(50).sort()
"""


def watched(home: Path, script: str, *before: str) -> tuple[Hang | None, int]:
    """Run a script, stop it once it hangs; the hang, and the exit status."""
    (home / "train.py").write_text(script)
    (home / "picture_137.jpg").write_bytes(b"")
    folder, found = home / "recording", []
    follower, hangs = Follower(folder), HangWatch(folder, 2.0, home)

    def watch(pid: int) -> bool:
        live = follower.look()
        hang = hangs.look(pid, live) if live.step is not None else None  # on a busy machine the start may stand still
        found.extend([hang] if hang else [])
        return hang is not None

    env = {**os.environ, "OMP_NUM_THREADS": "1"}
    with (home / "said.txt").open("w") as said:
        command = [*(before or (sys.executable,)), "train.py"]
        result = run_command(command, folder, cwd=home, env=env, stdout=said, timeout=90, watch=watch)
    return (found[0] if found else None), result.exit_status


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("traindx.recorder.hang.APART", 1.5)


def test_a_worker_that_stands_is_named_with_its_line_and_its_file(tmp_path: Path) -> None:
    hang, status = watched(tmp_path, WORKER)
    assert hang is not None and status != 0
    assert "KeyboardInterrupt" in (tmp_path / "said.txt").read_text()  # it was interrupted as from the keyboard
    (worker,) = hang.culprits
    assert worker.role == "loader worker" and worker.at == ("train.py", 9)
    assert worker.files == (str(tmp_path / "picture_137.jpg"),)
    assert "training waits for a batch at train.py:13" in hang.words and "with picture_137.jpg open" in hang.words
    assert hangs_of(Recording.load(tmp_path / "recording")) == (hang,)
    assert (tmp_path / "recording" / "stacks.txt").stat().st_size == 0


def test_of_ranks_the_one_that_others_wait_for_is_named(tmp_path: Path) -> None:
    torchrun = (sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2")
    hang, _ = watched(tmp_path, RANKS, *torchrun)
    assert hang is not None
    assert [(p.rank, p.at) for p in hang.culprits] == [(1, ("train.py", 10))]
    assert "rank 0 waits for other ranks in the backward pass at train.py:8" in hang.words


def test_a_training_that_moves_without_a_step_does_not_hang(tmp_path: Path) -> None:
    hang, status = watched(tmp_path, SLOW)
    assert hang is None and status == 0


def test_a_process_without_the_handler_is_not_sent_the_signal(tmp_path: Path) -> None:
    number = asking_signal()
    assert number is not None
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        time.sleep(0.5)
        assert not catches(process.pid, number)
        (tmp_path / "stacks.txt").write_text("")
        look(process.pid, tmp_path)
        assert process.poll() is None
    finally:
        process.kill()
        process.wait()


def test_stacks_as_faulthandler_writes_them_are_read(tmp_path: Path) -> None:
    import faulthandler

    ready, done = threading.Event(), threading.Event()
    other = threading.Thread(target=lambda: (ready.set(), done.wait()))
    other.start()
    ready.wait()
    with (tmp_path / "dump").open("w") as file:
        faulthandler.dump_traceback(file=file, all_threads=True)
    done.set()
    threads = parse((tmp_path / "dump").read_text())
    assert len(threads) >= 2
    assert threads[-1][0].name == "test_stacks_as_faulthandler_writes_them_are_read"
    assert threads[-1][0].path == __file__
