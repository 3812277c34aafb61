"""The training itself scales the rows of a weight by their norm, and one row is zero."""

# expect: cause=weight name=4.weight step=6
from __future__ import annotations

import torch
from drawn import loader, net
from torch.nn import functional as F

torch.manual_seed(0)
data = loader()
model = net()
step = 0
optimizer = torch.optim.SGD(model.parameters(), 0.01)
for _epoch in range(2):
    for pictures, kinds, _ in data:
        optimizer.zero_grad()
        loss = F.cross_entropy(model(pictures), kinds)
        loss.backward()
        optimizer.step()
        step += 1
        with torch.no_grad():
            if step == 6:
                model[4].weight[2] = 0
                model[4].weight /= model[4].weight.norm(dim=1, keepdim=True)
