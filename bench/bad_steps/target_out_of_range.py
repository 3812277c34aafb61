"""A class that the network has no score for."""

# expect: error=IndexError operation=nll_loss_forward
from __future__ import annotations

import torch
from drawn import loader, net
from torch.nn import functional as F

torch.manual_seed(0)
data = loader()
model = net(3)
optimizer = torch.optim.SGD(model.parameters(), 0.01)
for _epoch in range(2):
    for pictures, kinds, _ in data:
        optimizer.zero_grad()
        loss = F.cross_entropy(model(pictures), kinds)  # here
        loss.backward()
        optimizer.step()
