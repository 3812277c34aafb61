"""Layer normalisation with eps 0 over a picture that is constant."""

# expect: operation=native_layer_norm phase=forward samples=1 module=norm
from __future__ import annotations

import torch
from drawn import loader
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)


class Normal(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.norm, self.head = nn.LayerNorm(432, eps=0), nn.Linear(432, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.norm(x.flatten(1)))  # here


def grey(index: int, picture: torch.Tensor) -> torch.Tensor:
    return torch.full_like(picture, 0.5) if index == 25 else picture


data = loader(change=grey)
model = Normal()
optimizer = torch.optim.SGD(model.parameters(), 0.01)
for _epoch in range(2):
    for pictures, kinds, _ in data:
        optimizer.zero_grad()
        loss = F.cross_entropy(model(pictures), kinds)
        loss.backward()
        optimizer.step()
