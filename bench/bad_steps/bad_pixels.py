"""A file that holds a NaN."""

# expect: cause=given phase=forward samples=5 file=pictures/029.png
from __future__ import annotations

import torch
from drawn import loader, net
from torch.nn import functional as F

torch.manual_seed(0)


def broken(index: int, picture: torch.Tensor) -> torch.Tensor:
    picture[0, 3, 3] = float("nan") if index == 29 else picture[0, 3, 3]
    return picture


data = loader(change=broken)
model = net()
optimizer = torch.optim.SGD(model.parameters(), 0.01)
for _epoch in range(2):
    for pictures, kinds, _ in data:
        optimizer.zero_grad()
        loss = F.cross_entropy(model(pictures), kinds)
        loss.backward()
        optimizer.step()
