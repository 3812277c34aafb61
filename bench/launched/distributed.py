"""A loop with DDP, for torchrun."""

from __future__ import annotations

import time

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel

torch.set_num_threads(1)
dist.init_process_group("gloo")
model = DistributedDataParallel(nn.Sequential(nn.Linear(12, 16), nn.ReLU(), nn.Linear(16, 4)))
optimizer = torch.optim.SGD(model.parameters(), 0.05)
for _ in range(8):
    optimizer.zero_grad()
    x, y = torch.randn(8, 12), torch.randint(0, 4, (8,))
    nn.functional.cross_entropy(model(x), y).backward()
    optimizer.step()
dist.barrier()
dist.destroy_process_group()
time.sleep(0.3)
