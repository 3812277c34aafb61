"""The length of a vector of zeros: hypot(0, 0) is 0 and has no slope."""

# expect: operation=hypot phase=backward samples=2
from __future__ import annotations

import torch
from drawn import loader
from torch import nn

torch.manual_seed(0)


def black(index: int, picture: torch.Tensor) -> torch.Tensor:
    return torch.zeros_like(picture) if index == 26 else picture


data = loader(change=black)
model = nn.Linear(432, 2, bias=False)
optimizer = torch.optim.SGD(model.parameters(), 0.01)
for _epoch in range(2):
    for pictures, _kinds, _ in data:
        optimizer.zero_grad()
        x, y = model(pictures.flatten(1)).unbind(dim=1)
        loss = torch.hypot(y, x).mean()  # here
        loss.backward()
        optimizer.step()
