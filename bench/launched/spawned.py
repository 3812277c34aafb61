"""Two processes train with DDP, started by the script itself. Words: spawn, process or fork; `fail` raises in the second."""

from __future__ import annotations

import os
import sys

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, TensorDataset
from torch.utils.data.distributed import DistributedSampler


def worker(rank: int, port: int, fail: bool) -> None:
    """One rank: two epochs."""
    torch.set_num_threads(1)
    dist.init_process_group("gloo", init_method=f"tcp://127.0.0.1:{port}", rank=rank, world_size=2)
    torch.manual_seed(0)
    data = TensorDataset(torch.randn(64, 12), torch.randint(0, 4, (64,)))
    sampler = DistributedSampler(data)
    model = DistributedDataParallel(nn.Sequential(nn.Linear(12, 16), nn.ReLU(), nn.Linear(16, 4)))
    optimizer = torch.optim.SGD(model.parameters(), 0.05)
    for epoch in range(2):
        sampler.set_epoch(epoch)
        for x, y in DataLoader(data, 8, sampler=sampler):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x), y).backward()
            optimizer.step()
    if fail and rank == 1:
        raise KeyError("raised by the worker")
    dist.barrier()
    dist.destroy_process_group()


def main() -> None:
    """Start the workers."""
    how, fail, port = sys.argv[1], "fail" in sys.argv, 20000 + os.getpid() % 20000
    if how == "spawn":
        torch.multiprocessing.spawn(worker, (port, fail), nprocs=2)
        return
    context = torch.multiprocessing.get_context("spawn" if how == "process" else "fork")
    started = [context.Process(target=worker, args=(rank, port, fail)) for rank in range(2)]
    for process in started:
        process.start()
    for process in started:
        process.join()


if __name__ == "__main__":
    main()
