"""A smoke run: 12 steps to see that everything works."""

import torch
import torch.nn.functional as F
from data import digit_loaders
from nets import ConvNet

loader, _ = digit_loaders()
model = ConvNet()
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
for step, (x, y) in enumerate(loader):
    if step == 12:
        break
    optimizer.zero_grad()
    loss = F.cross_entropy(model(x), y)
    loss.backward()
    optimizer.step()
    print(step, loss.item())
