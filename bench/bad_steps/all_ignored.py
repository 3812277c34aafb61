"""Cross entropy over a batch in which every target is ignored."""

# expect: operation=nll_loss_forward phase=forward samples=none
from __future__ import annotations

import torch
from drawn import loader, net
from torch.nn import functional as F

torch.manual_seed(0)
data = loader()
model = net()
optimizer = torch.optim.SGD(model.parameters(), 0.01)
for _epoch in range(2):
    for pictures, kinds, names in data:
        optimizer.zero_grad()
        unknown = torch.tensor([24 <= int(name[9:12]) < 32 for name in names])
        targets = torch.where(unknown, -100, kinds)
        loss = F.cross_entropy(model(pictures), targets)  # here
        loss.backward()
        optimizer.step()
