"""Two ranks on the CPU: replicas that were never wrapped, and uneven batches that were joined."""

from __future__ import annotations

from collections.abc import Callable

from tests.diagnosed.conftest import Diagnosed

TWO_RANKS = """
import os, sys
from contextlib import nullcontext
if "RANK" not in os.environ:
    os.execv(sys.executable, [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2", *sys.argv])
import torch
import torch.distributed as dist
from sklearn.datasets import load_digits
from torch import nn
from torch.distributed.algorithms.join import Join
from torch.nn.parallel import DistributedDataParallel

wrapped = sys.argv[1] == "wrapped"
dist.init_process_group("gloo")
rank = dist.get_rank()
digits = load_digits()
pictures = torch.tensor(digits.images, dtype=torch.float32)[:, None] / 16 - 0.5
own = slice(rank, 1024 - 256 * rank if wrapped else 1024, 2)
data = torch.utils.data.TensorDataset(pictures[own], torch.tensor(digits.target)[own])
torch.manual_seed(rank)
model = nn.Sequential(nn.Conv2d(1, 16, 3), nn.BatchNorm2d(16), nn.ReLU(), nn.Flatten(), nn.Linear(576, 10))
if wrapped:
    model = DistributedDataParallel(model)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
loader = torch.utils.data.DataLoader(data, batch_size=64, shuffle=True)
for epoch in range(5):
    with Join([model]) if wrapped else nullcontext():
        for x, y in loader:
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x), y).backward()
            optimizer.step()
dist.destroy_process_group()
"""


def test_replicas_that_nothing_wraps_are_diverged_ranks(diagnosed: Callable[..., Diagnosed]) -> None:
    found = diagnosed(TWO_RANKS, "alone")
    assert found.report.verdict == "faulty"
    assert (found.first.cause, found.first.status) == ("ranks-diverged", "proved")
    place = found.first.places[0]
    assert (place.line, place.rank, place.step) == (found.line_of("optimizer ="), 1, 0)


def test_uneven_batches_that_are_joined_are_healthy(diagnosed: Callable[..., Diagnosed]) -> None:
    found = diagnosed(TWO_RANKS, "wrapped")
    assert found.exit_status == 0 and found.report.verdict == "healthy", found.report.meta["sentence"]
    assert found.alarms == []
