"""Ranks are recorded each by itself, without a collective call, and what differs between them is found on reading."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from tests.recorder.conftest import Done, Net, Record, train
from traindx.core.loaders import loaders_of
from traindx.core.ranks import Ranks, ranks_of
from traindx.core.recording import Recording
from traindx.recorder import checksum
from traindx.recorder.launch import run_command
from traindx.recorder.probes.ranks import is_due
from traindx.recorder.readback import Slots

TOGETHER = """
import hashlib, os, sys
from contextlib import nullcontext
import torch
import torch.distributed as dist
from torch import nn
from torch.distributed.distributed_c10d import _get_default_group
from torch.distributed.fsdp import fully_shard
from torch.nn.parallel import DistributedDataParallel as DDP
from torch.utils.data import DataLoader, TensorDataset
from torch.utils.data.distributed import DistributedSampler
from traindx import record

rank = int(os.environ["RANK"])
dist.init_process_group("gloo", init_method="file://" + os.path.abspath("meeting"), rank=rank, world_size=2)
data = TensorDataset(torch.randn(40, 3, 12, 12, generator=torch.Generator().manual_seed(1)), torch.arange(40) % 4)
labels = {}

def net():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten(), nn.Linear(800, 4))

def train(model, sampler, set_epoch, accumulate):
    optimizer = torch.optim.SGD(model.parameters(), 0.05, momentum=0.9)
    loader = DataLoader(data, 4, sampler=sampler, shuffle=sampler is None)
    for epoch in range(2):
        if set_epoch:
            sampler.set_epoch(epoch)
        for number, (x, y) in enumerate(loader):
            last = not accumulate or number % 2
            with nullcontext() if last else model.no_sync():
                nn.functional.cross_entropy(model(x), y).backward()
            if last:
                optimizer.step()
                optimizer.zero_grad()
        dist.all_reduce(torch.ones(1))

def digest(model):
    parts = [t.to_local() if hasattr(t, "to_local") else t for t in model.state_dict().values()]
    return hashlib.sha256(b"".join(t.numpy().tobytes() for t in parts)).hexdigest()

def ddp(**settings):
    return lambda: DDP(net(), **settings)

cases = {
    "healthy": (ddp(), lambda: DistributedSampler(data, seed=3), True, True),
    "drift": (ddp(broadcast_buffers=False), lambda: DistributedSampler(data, seed=3), False, False),
    "shared": (lambda: fully_shard(net()), lambda: None, False, False),
}
for name, (make, sampler, set_epoch, accumulate) in cases.items():
    for recorded in (False, True):
        before = _get_default_group()._get_sequence_number_for_group()
        with record(folder=name) if recorded else nullcontext():
            model = make()
            torch.manual_seed(5)
            train(model, sampler(), set_epoch, accumulate)
        calls = _get_default_group()._get_sequence_number_for_group() - before
        sys.stdout.write(f"{name} {rank} {recorded} {calls} {digest(model)} {torch.rand(1).item()}\\n")
dist.destroy_process_group()
"""

APART = """
import os, torch
from torch import nn
rank = int(os.environ["RANK"])
torch.manual_seed(0)
model = nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 2))
optimizer = torch.optim.SGD(model.parameters(), 0.1)
data = [(torch.randn(6), i % 2) for i in range(24 - 8 * rank)]
for epoch in range(2):
    for x, y in torch.utils.data.DataLoader(data, 4):
        nn.functional.cross_entropy(model(x), torch.as_tensor(y)).backward()
        if rank == 0:
            model[2].weight.grad.zero_()
        optimizer.step()
        optimizer.zero_grad()
        if epoch and rank:
            raise ValueError("rank 1 has no second epoch")
"""


def torchrun(script: str, folder: Path) -> list[str]:
    (folder / "train.py").write_text(script)
    return [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2", "train.py"]


def environment() -> dict[str, str]:
    return {**os.environ, "OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive"}


@pytest.fixture(scope="module")
def together(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[list[str]]]:
    """Two ranks that train with DDP and FSDP2, each training once without and once with the recorder."""
    folder = tmp_path_factory.mktemp("together")
    (folder / "train.py").write_text(TOGETHER)
    started = [
        subprocess.Popen(
            [sys.executable, "train.py"],
            cwd=folder,
            env=environment() | {"RANK": str(rank), "WORLD_SIZE": "2"},
            text=True,
            stdout=subprocess.PIPE,
        )
        for rank in range(2)
    ]
    said = [process.communicate()[0] for process in started]
    assert [process.returncode for process in started] == [0, 0]
    return folder, [line.split() for text in said for line in text.splitlines()]


def both(folder: Path) -> Ranks:
    found = ranks_of(Recording.load(folder))
    assert found is not None and found.numbers == (0, 1) and found.missing == ()
    return found


def test_the_recorder_makes_no_collective_call_and_changes_no_bit(together: tuple[Path, list[list[str]]]) -> None:
    said = {tuple(line[:3]): line[3:] for line in together[1]}
    assert len(said) == 12
    for case in ("healthy", "drift", "shared"):
        for rank in ("0", "1"):
            assert said[case, rank, "True"] == said[case, rank, "False"]
    assert all(int(calls) > 10 for calls, _, _ in said.values())


def test_healthy_ranks_agree_in_weights_and_buffers_and_have_their_own_batches(
    together: tuple[Path, list[list[str]]],
) -> None:
    ranks = both(together[0] / "healthy")
    assert ranks.compared == (0, 1, 2)
    assert list(ranks.apart("weights")) == list(ranks.apart("buffers")) == []
    assert ranks.same_batches() == {}
    assert [[p.batches for p in passes] for passes in ranks.passes.values()] == [[5, 5], [5, 5]]
    assert {p.sampler_epoch for p in ranks.passes[0]} == {0, 1} and {p.same_as for p in ranks.passes[0]} == {None}
    assert ranks.collectives["all_reduce"].tolist() == [1, 1]
    assert [d.get("unsynced") for d in ranks.recordings[1].details.values()][:2] == [1, 1]
    (wrapped,) = ranks.recordings[0].lines["distributed"]
    assert wrapped["wrapper"] == "DistributedDataParallel" and wrapped["path"].endswith("train.py")
    assert (wrapped["world_size"], wrapped["backend"], wrapped["broadcast_buffers"]) == (2, "gloo", True)
    assert (wrapped["batch_norm"], wrapped["sync_batch_norm"], wrapped["optimizer_before"]) == (1, 0, False)
    assert ranks.aligned("time").shape == (2, len(ranks.steps)) == ranks.aligned("wait").shape


def test_buffers_that_drift_apart_are_named_and_a_forgotten_set_epoch_shows(
    together: tuple[Path, list[list[str]]],
) -> None:
    ranks = both(together[0] / "drift")
    assert list(ranks.apart("weights")) == []
    apart = list(ranks.apart("buffers"))
    assert apart[0].step == 1 and apart[0].name == "1.running_mean" and apart[0].ranks == (1,)
    first, second = ranks.passes[1]
    assert (first.sampler_epoch, second.sampler_epoch, second.same_as) == (0, 0, first.number)
    loader = loaders_of(ranks.recordings[1]).loaders[0]
    assert loader.facts["distributed"] == {"num_replicas": 2, "rank": 1, "seed": 3, "drop_last": False, "shuffle": True}


def test_sharded_weights_are_combined_and_ranks_that_share_their_batches_are_named(
    together: tuple[Path, list[list[str]]],
) -> None:
    ranks = both(together[0] / "shared")
    assert list(ranks.apart("weights")) == []
    assert ranks.same_batches() == dict.fromkeys(ranks.compared, (1,))
    assert ranks.same_random("torch") == ranks.compared
    steps, norms = ranks.norms("weight")
    own = [r.per_parameter("weight")[0] for r in ranks.recordings]
    assert steps[0] == 0 and np.allclose(norms[0], np.hypot(*own)) and (norms[0] > own[0]).any()
    assert ranks.recordings[0].lines["distributed"][0]["wrapper"] == "fully_shard"
    gathered = [calls for name, calls in ranks.collectives.items() if name.startswith("all_gather")]
    assert sum(gathered).tolist() == [20, 20]


def test_ranks_that_are_not_connected_drift_apart_and_the_one_that_raised_stopped_first(tmp_path: Path) -> None:
    folder = tmp_path / "recording"
    with (tmp_path / "said.txt").open("w") as said:
        result = run_command(torchrun(APART, tmp_path), folder, cwd=tmp_path, env=environment(), stdout=said)
    assert result.exit_status == 1
    assert {p.name for p in folder.glob("*.jsonl")} == {"rank-0.jsonl", "rank-1.jsonl"}
    ranks = both(folder)
    assert next((a.step, a.name, a.ranks) for a in ranks.apart("weights")) == (1, "2.weight", (1,))
    assert (ranks.stops[0].rank, ranks.stops[0].ending, ranks.stops[0].step) == (1, "raised", 4)
    assert [passes[0].batches for passes in ranks.passes.values()] == [6, 4]
    assert ranks.collectives == {}


EARLY = """
import os, subprocess, sys
failing = "import torch; raise ValueError('no such folder')"
sys.exit(subprocess.run([sys.executable, "-c", failing], env={**os.environ, "RANK": "1", "WORLD_SIZE": "2"}).returncode)
"""


def test_a_rank_that_fails_before_it_trains_has_a_recording(run: Callable[..., Done]) -> None:
    ranks = ranks_of(run(EARLY).recording)
    assert ranks is not None and ranks.numbers == (1,) and ranks.missing == (0,)
    assert (ranks.stops[0].ending, ranks.stops[0].step) == ("raised", -1)


def test_one_process_alone_has_no_ranks_and_no_checksums(record: Record, folder: Path) -> None:
    model = Net()
    with record():
        train(model, torch.optim.SGD(model.parameters(), 0.1), 3)
    recording = Recording.load(folder)
    assert ranks_of(recording) is None and "checksums" not in recording.lines


def test_checksums_are_the_sums_of_the_bits_and_few_whatever_the_model(
    record: Record, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    model = nn.Sequential(*(nn.Linear(3, 3) for _ in range(300)), nn.BatchNorm1d(3), nn.Linear(3, 2))
    first = [p.detach().numpy().copy() for p in (model[0].weight, model[0].bias, model[1].weight)]
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    with record():
        nn.functional.cross_entropy(model(torch.randn(4, 3)), torch.tensor([0, 1, 0, 1])).backward()
        optimizer.step()
    lines = Recording.load(folder).lines
    (tensors,), (line,) = lines["tensors"], lines["checksums"]
    assert len(tensors["weights"]) == len(line["weights"]) == 202 and tensors["parameters"] == 604
    assert tensors["weights"][:2] == ["0.weight", "1.bias"]
    expected = sum(int(a.view(np.int32).astype(np.int64).sum()) for a in first) % 2**48
    assert line["weights"][0] == f"{expected:012x}"
    assert line["buffers"] == ["000000000000", f"{3 * 0x3F800000:012x}", "000000000000"]


def test_half_precision_strides_and_several_types_have_checksums_too() -> None:
    slots, taken = Slots(), list[Any]()
    picture = torch.randn(2, 3, 8, 8)
    groups = [[picture], [picture.to(memory_format=torch.channels_last)], [picture.half()], [picture > 0], []]
    checksum.add(torch, slots, groups, taken.append)
    for segment in slots.segments:
        segment.fill(segment.tensor.flatten().float().tolist())
    ((whole, strided, half, boolean, nothing),) = taken
    assert whole == strided and half is not None and nothing is None
    assert boolean == f"{int((picture > 0).sum()):012x}"
    assert int(half, 16) == int(picture.half().numpy().view(np.int16).astype(np.int64).sum()) % 2**48


def test_checksums_are_taken_at_few_steps() -> None:
    assert [step for step in range(3000) if is_due(step)] == [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000]
