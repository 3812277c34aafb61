"""The size of a box as the exponential of what the network says, which one picture drives far up."""

# expect: operation=exp phase=forward samples=5
from __future__ import annotations

import torch
from drawn import loader
from torch import nn

torch.manual_seed(0)


def bright(index: int, picture: torch.Tensor) -> torch.Tensor:
    return picture * 500 if index == 29 else picture


data = loader(change=bright)
model = nn.Sequential(nn.Flatten(), nn.Linear(432, 2))
optimizer = torch.optim.SGD(model.parameters(), 1e-5)
for _epoch in range(2):
    for pictures, _kinds, _ in data:
        optimizer.zero_grad()
        sizes = model(pictures).exp()  # here
        loss = (sizes - 1).abs().mean()
        loss.backward()
        optimizer.step()
