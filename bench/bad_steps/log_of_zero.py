"""The logarithm of a probability that is zero."""

# expect: operation=log phase=forward samples=5
from __future__ import annotations

import torch
from drawn import loader
from torch import nn

torch.manual_seed(0)


def bright(index: int, picture: torch.Tensor) -> torch.Tensor:
    return picture * 3000 if index == 29 else picture


data = loader(change=bright)
model = nn.Sequential(nn.Flatten(), nn.Linear(432, 4))
optimizer = torch.optim.SGD(model.parameters(), 0.01)
for _epoch in range(2):
    for pictures, _kinds, _ in data:
        optimizer.zero_grad()
        probabilities = model(pictures).softmax(dim=1)
        loss = -probabilities.log().mean()  # here
        loss.backward()
        optimizer.step()
