"""However a training is started, the recorder gets in, knows the rank, and hears of the end."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tests.recorder.conftest import Done

LOOP = """
import os, sys
import torch
from torch import nn

def train(steps=6):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 2))
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    x, y = torch.randn(16, 6), torch.randint(0, 2, (16,))
    for step in range(steps):
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()
"""

SPAWNED = (
    LOOP
    + """
def worker(rank, port):
    torch.distributed.init_process_group("gloo", init_method=f"tcp://127.0.0.1:{port}", rank=rank, world_size=2)
    train()
    torch.distributed.barrier()
    torch.distributed.destroy_process_group()
    if rank == 1:
        raise KeyError("the worker's own")

if __name__ == "__main__":
    torch.multiprocessing.spawn(worker, (20000 + os.getpid() % 20000,), nprocs=2)
"""
)


def test_spawned_workers_have_their_ranks_and_an_error_in_one_its_line(run: Callable[..., Done]) -> None:
    done = run(SPAWNED)
    assert done.result.exit_status == 1 and "the worker's own" in done.output
    recording = done.recording
    trained = {r.rank: r for r in (recording, *recording.ranks) if len(r.step)}
    assert sorted(trained) == [0, 1] and all(len(r.step) == 6 for r in trained.values())
    (raised,) = trained[1].of("exception")
    assert raised.data["type"] == "KeyError" and str(raised.source) == "train.py:22"
    assert trained[0].ending == "finished" and trained[0].start["world_size"] == 2


FORKED = (
    LOOP
    + """
import multiprocessing
process = multiprocessing.get_context("fork").Process(target=train)
process.start()
process.join()
print(process.exitcode)
"""
)


def test_a_process_by_fork_that_trains_ends_its_recording(run: Callable[..., Done]) -> None:
    done = run(FORKED)
    assert done.output == "0\n" and [p.name for p in done.folder.glob("*.jsonl")] == ["rank-0.jsonl"]
    assert done.recording.step.tolist() == list(range(6)) and done.recording.ending == "finished"


CAUGHT = (
    LOOP
    + """
os.makedirs("outputs/first")
os.chdir("outputs/first")
try:
    train()
    raise ValueError("inside the task")
except Exception as error:
    print("Error executing job:", error)
    sys.exit(3)
"""
)


def test_an_error_that_a_launcher_catches_before_it_exits_is_recorded_in_a_changed_folder(
    run: Callable[..., Done],
) -> None:
    done = run(CAUGHT)
    assert done.result.exit_status == 3 and done.output == "Error executing job: inside the task\n"
    (raised,) = done.recording.of("exception")
    assert raised.data["message"] == "inside the task" and str(raised.source) == "train.py:20"
    assert len(done.recording.step) == 6 and done.recording.ending == "raised"


HOOKED = (
    LOOP
    + """
sys.excepthook = lambda kind, error, traceback: print("own hook:", error)
try:
    train()
    raise OverflowError
except OverflowError:
    pass
try:
    sys.exit(0)
except SystemExit:
    pass
raise ValueError("for the hook")
"""
)


def test_an_excepthook_of_the_script_is_called_and_the_error_recorded(run: Callable[..., Done]) -> None:
    done = run(HOOKED)
    assert done.result.exit_status == 1 and done.output == "own hook: for the hook\n"
    assert [e.data["message"] for e in done.recording.of("exception")] == ["for the hook"]


REPLACED = (
    LOOP
    + """
train(4)
if "again" not in sys.argv:
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, __file__, "again"])
print(sys.argv[1:])
"""
)


def test_a_process_that_replaces_itself_is_recorded_before_and_after(run: Callable[..., Done]) -> None:
    done = run(REPLACED)
    assert done.output == "['again']\n"
    recordings = [done.recording, *done.recording.ranks]
    assert sorted(p.name for p in done.folder.glob("*.jsonl")) == ["rank-0.2.jsonl", "rank-0.jsonl"]
    assert max(len(r.step) for r in recordings) == 4 and all(np.isfinite(r.loss).all() for r in recordings)
