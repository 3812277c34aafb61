"""A learning rate far too high: the weights grow until the scores overflow."""

# expect: phase=forward samples=none own_weights=finite
from __future__ import annotations

import torch
from drawn import loader
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)
data = loader()
model = nn.Sequential(nn.Flatten(), nn.Linear(432, 32), nn.ReLU(), nn.Linear(32, 1))
optimizer = torch.optim.SGD(model.parameters(), 0.5)
for _epoch in range(2):
    for pictures, kinds, _ in data:
        optimizer.zero_grad()
        loss = F.mse_loss(model(pictures).squeeze(1), kinds.float())
        loss.backward()
        optimizer.step()
