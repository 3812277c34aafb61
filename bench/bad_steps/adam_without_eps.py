"""Adam with eps 0: a parameter whose gradient was always zero is moved by zero over zero."""

# expect: operation=addcdiv,div phase=update samples=none
from __future__ import annotations

import torch
from drawn import loader
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)
data = loader()
model = nn.Sequential(nn.Flatten(), nn.Linear(432, 16), nn.ReLU(), nn.Linear(16, 4))
with torch.no_grad():
    model[1].bias[3] = -1e4
optimizer = torch.optim.Adam(model.parameters(), 1e-3, eps=0.0)
for _epoch in range(2):
    for pictures, kinds, _ in data:
        optimizer.zero_grad()
        loss = F.cross_entropy(model(pictures), kinds)
        loss.backward()
        optimizer.step()
