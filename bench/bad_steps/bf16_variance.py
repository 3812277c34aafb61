"""A variance as the difference of two means is below zero in bfloat16, and has no root."""

# expect: operation=sqrt phase=forward samples=5 precision=cured
from __future__ import annotations

import torch
from drawn import loader, net
from torch.nn import functional as F

torch.manual_seed(0)


def spread(x: torch.Tensor) -> torch.Tensor:
    x = x.bfloat16() if torch.is_autocast_enabled("cpu") else x
    variance = (x * x).mean(dim=1) - x.mean(dim=1) ** 2
    return variance.sqrt()  # here


def constant(index: int, picture: torch.Tensor) -> torch.Tensor:
    return 3.4 + 0.02 * torch.randn(3, 12, 12, generator=torch.Generator().manual_seed(29)) if index == 29 else picture


data = loader(change=constant)
model = net()
optimizer = torch.optim.SGD(model.parameters(), 0.01)
for _epoch in range(2):
    for pictures, kinds, _ in data:
        optimizer.zero_grad()
        with torch.autocast("cpu", torch.bfloat16):
            scores = model(pictures)
            loss = F.cross_entropy(scores, kinds) + (scores.sum() * 0 + spread(pictures.flatten(1))).mean()
        loss.backward()
        optimizer.step()
