"""A loss scale that is found by trying, and a fused optimizer: called with gradients that overflow, it leaves the step out."""

# expect: healthy
from __future__ import annotations

import torch
from drawn import loader, net
from torch.nn import functional as F

torch.manual_seed(0)
data = loader()
model = net()
scaler = torch.amp.GradScaler("cpu", init_scale=2.0**30)
optimizer = torch.optim.Adam(model.parameters(), 0.001, fused=True)
for _epoch in range(4):
    for pictures, kinds, _ in data:
        optimizer.zero_grad()
        with torch.autocast("cpu", torch.float16):
            loss = F.cross_entropy(model(pictures), kinds)
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()
