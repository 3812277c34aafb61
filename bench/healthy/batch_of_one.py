"""Batches of one picture with GroupNorm, as where pictures differ in size; SGD, gradients of 8 accumulated."""

import torch
import torch.nn.functional as F
from data import digit_tensors
from torch import nn

x, y, vx, vy = digit_tensors(count=640)
model = nn.Sequential(
    nn.Conv2d(1, 16, 3, padding=1), nn.GroupNorm(4, 16), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(16, 32, 3, padding=1),
    nn.GroupNorm(4, 32), nn.ReLU(), nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(128, 10),
)  # fmt: skip
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
for epoch in range(2):
    for i, row in enumerate(torch.randperm(len(x)).tolist(), 1):
        height = int(torch.randint(14, 17, ()))
        loss = F.cross_entropy(model(x[row : row + 1, :, :height]), y[row : row + 1])
        (loss / 8).backward()
        if i % 8 == 0:
            optimizer.step()
            optimizer.zero_grad()
    with torch.no_grad():
        print(f"epoch {epoch}: accuracy {(model(vx).argmax(1) == vy).float().mean():.3f}")
