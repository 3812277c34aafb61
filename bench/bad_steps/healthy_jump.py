"""Nothing is wrong but one batch that is unlike the others: its loss jumps and everything is finite."""

# expect: healthy
from __future__ import annotations

import torch
from drawn import loader, net
from torch.nn import functional as F

torch.manual_seed(0)


def inverted(index: int, picture: torch.Tensor) -> torch.Tensor:
    return -20 * picture if 160 <= index < 168 else picture


data = loader(count=256, change=inverted)
model = net()
optimizer = torch.optim.SGD(model.parameters(), 0.01)
for _epoch in range(2):
    for pictures, kinds, _ in data:
        optimizer.zero_grad()
        loss = F.cross_entropy(model(pictures), kinds)
        loss.backward()
        optimizer.step()
