"""Batch normalisation by hand, without eps, over a channel that is constant in one batch."""

# expect: operation=div phase=forward samples=none module=norm
from __future__ import annotations

import torch
from drawn import loader
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)


class BatchNorm(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        variance, mean = torch.var_mean(x, dim=(0, 2, 3), keepdim=True)
        return (x - mean) / variance.sqrt()  # here


class Normal(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.norm, self.head = BatchNorm(), nn.Linear(432, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.norm(x).flatten(1))


def grey(index: int, picture: torch.Tensor) -> torch.Tensor:
    picture[2] = 0.5 if 24 <= index < 32 else picture[2]
    return picture


data = loader(change=grey)
model = Normal()
optimizer = torch.optim.SGD(model.parameters(), 0.01)
for _epoch in range(2):
    for pictures, kinds, _ in data:
        optimizer.zero_grad()
        loss = F.cross_entropy(model(pictures), kinds)
        loss.backward()
        optimizer.step()
