"""One bright picture overflows half precision in the second layer."""

# expect: operation=addmm,linear phase=forward samples=5 module=second precision=cured
from __future__ import annotations

import torch
from drawn import loader
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)


class Bright(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(432, 64), nn.Linear(64, 4)
        nn.init.normal_(self.second.weight, std=20.0)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.second(torch.relu(self.first(x.flatten(1))))  # here


def brighter(index: int, picture: torch.Tensor) -> torch.Tensor:
    return picture * 4000 if index == 29 else picture


data = loader(change=brighter)
model = Bright()
optimizer = torch.optim.SGD(model.parameters(), 1e-6)
for _epoch in range(2):
    for pictures, kinds, _ in data:
        optimizer.zero_grad()
        with torch.autocast("cpu", torch.float16):
            loss = F.cross_entropy(model(pictures), kinds)
        loss.backward()
        optimizer.step()
