"""Attention with masks of minus infinity, used as it should be."""

# expect: healthy
from __future__ import annotations

import torch
from drawn import loader
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)


class Attention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.query, self.head = nn.Linear(36, 16), nn.Linear(36, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        parts = x.reshape(len(x), 12, 36)
        scores = self.query(parts).sum(dim=2)
        scores[:, 6:] = float("-inf")
        return self.head((scores.softmax(dim=1)[:, :, None] * parts).sum(dim=1))


data = loader(count=256)
model = Attention()
optimizer = torch.optim.SGD(model.parameters(), 0.01)
for _epoch in range(2):
    for pictures, kinds, _ in data:
        optimizer.zero_grad()
        loss = F.cross_entropy(model(pictures), kinds)
        loss.backward()
        optimizer.step()
