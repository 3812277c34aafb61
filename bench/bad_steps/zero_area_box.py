"""The overlap of two boxes without area: zero over zero in the box loss."""

# expect: operation=div phase=forward samples=1
from __future__ import annotations

import torch
from drawn import loader
from torch import nn

torch.manual_seed(0)


def iou(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    low, high = torch.maximum(a[:, :2], b[:, :2]), torch.minimum(a[:, 2:], b[:, 2:])
    inside = (high - low).clamp(min=0).prod(dim=1)
    areas = [(box[:, 2:] - box[:, :2]).clamp(min=0).prod(dim=1) for box in (a, b)]
    return inside / (areas[0] + areas[1] - inside)  # here


def black(index: int, picture: torch.Tensor) -> torch.Tensor:
    return torch.zeros_like(picture) if index == 17 else picture


data = loader(change=black)
model = nn.Linear(432, 4, bias=False)
optimizer = torch.optim.SGD(model.parameters(), 0.01)
for _epoch in range(2):
    for pictures, _kinds, _ in data:
        optimizer.zero_grad()
        boxes = model(pictures.flatten(1)).sigmoid()
        corners = torch.cat([boxes[:, :2], boxes[:, :2] + (boxes[:, 2:] - 0.5).abs()], dim=1)
        loss = (1 - iou(corners, torch.zeros_like(corners))).mean()
        loss.backward()
        optimizer.step()
