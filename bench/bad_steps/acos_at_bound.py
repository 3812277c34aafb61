"""The angle between two vectors that are the same: acos(1) is finite and has no slope."""

# expect: operation=acos phase=backward samples=0
from __future__ import annotations

import torch
from drawn import loader
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)


def axis(index: int, picture: torch.Tensor) -> torch.Tensor:
    picture[:, 0, 0] = torch.tensor([3.0, 0.0, 0.0]) if index == 24 else picture[:, 0, 0]
    return picture


data = loader(change=axis)
model = nn.Linear(3, 3, bias=False)
nn.init.eye_(model.weight)
optimizer = torch.optim.SGD(model.parameters(), 0.0)
for _epoch in range(2):
    for pictures, _kinds, _ in data:
        optimizer.zero_grad()
        vectors = F.normalize(model(pictures[:, :, 0, 0]), dim=1)
        angle = torch.acos(vectors[:, 0])  # here
        loss = angle.mean()
        loss.backward()
        optimizer.step()
