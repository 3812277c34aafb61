"""A mean over a mask that is empty for one picture."""

# expect: operation=div phase=forward samples=3
from __future__ import annotations

import torch
from drawn import loader
from torch import nn

torch.manual_seed(0)


def dark(index: int, picture: torch.Tensor) -> torch.Tensor:
    return -picture.abs() if index == 19 else picture


data = loader(change=dark)
model = nn.Conv2d(3, 1, 1)
optimizer = torch.optim.SGD(model.parameters(), 0.01)
for _epoch in range(2):
    for pictures, _kinds, _ in data:
        optimizer.zero_grad()
        mask = (pictures[:, :1] > 0).float()
        error = (model(pictures) - pictures[:, 1:2]) ** 2 * mask
        loss = (error.sum(dim=(1, 2, 3)) / mask.sum(dim=(1, 2, 3))).mean()  # here
        loss.backward()
        optimizer.step()
