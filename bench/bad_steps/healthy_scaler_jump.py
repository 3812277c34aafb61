"""One batch whose loss jumps, in mixed precision: at the scale that the scaler begins with, every gradient overflows."""

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
scaler = torch.amp.GradScaler("cpu", init_scale=2.0**30)
optimizer = torch.optim.SGD(model.parameters(), 0.01)
for _epoch in range(2):
    for pictures, kinds, _ in data:
        optimizer.zero_grad()
        with torch.autocast("cpu", torch.float16):
            loss = F.cross_entropy(model(pictures), kinds)
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()
