"""Kinds of training on several ranks, to be started by torchrun."""

from __future__ import annotations

import torch
from drawn import STEPS, Loss, data, network
from torch import nn


def ddp() -> nn.Module:
    """DistributedDataParallel."""
    torch.distributed.init_process_group("gloo")
    rank = torch.distributed.get_rank()
    wrapped = nn.parallel.DistributedDataParallel(network())
    optimizer = torch.optim.AdamW(wrapped.parameters(), 1e-3)
    images = data()
    sampler = torch.utils.data.DistributedSampler(images, shuffle=True)
    torch.manual_seed(1 + rank)
    for epoch in range(4):
        sampler.set_epoch(epoch)
        for x, y in torch.utils.data.DataLoader(images, 16, sampler=sampler):
            optimizer.zero_grad()
            Loss(wrapped(x), y).backward()
            optimizer.step()
    torch.distributed.destroy_process_group()
    return wrapped


def fsdp() -> nn.Module:
    """Parameters sharded over ranks (FSDP2)."""
    from torch.distributed.fsdp import fully_shard

    torch.distributed.init_process_group("gloo")
    model = nn.Sequential(nn.Linear(32, 64), nn.ReLU(), nn.Linear(64, 4))
    mesh = torch.distributed.device_mesh.init_device_mesh("cpu", (torch.distributed.get_world_size(),))
    for layer in (model[0], model[2], model):
        fully_shard(layer, mesh=mesh)
    optimizer = torch.optim.AdamW(model.parameters(), 1e-3)
    for _ in range(STEPS):
        optimizer.zero_grad()
        Loss(model(torch.randn(8, 32)), torch.randint(0, 4, (8,))).backward()
        optimizer.step()
    local = nn.ParameterList([nn.Parameter(p.to_local().detach().clone()) for p in model.parameters()])
    torch.distributed.destroy_process_group()
    return local
