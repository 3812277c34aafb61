"""Two losses with a backward pass each (retain_graph) before one step; a part of the network is in neither."""

import torch
import torch.nn.functional as F
from data import digit_loaders
from nets import ConvNet
from torch import nn

train_loader, val_loader = digit_loaders()
body, digit, parity, unused = ConvNet(classes=32), nn.Linear(32, 10), nn.Linear(32, 2), nn.Linear(32, 4)
parts = nn.ModuleList([body, digit, parity, unused])
optimizer = torch.optim.Adam(parts.parameters(), lr=2e-3)
for epoch in range(3):
    parts.train()
    for x, y in train_loader:
        h = F.relu(body(x))
        loss = F.cross_entropy(digit(h), y)
        optimizer.zero_grad()
        loss.backward(retain_graph=True)
        (0.3 * F.cross_entropy(parity(h), y % 2)).backward()
        optimizer.step()
    parts.eval()
    with torch.no_grad():
        right = sum((digit(F.relu(body(x))).argmax(1) == y).sum().item() for x, y in val_loader)
    print(f"epoch {epoch}: loss {loss.item():.3f}, accuracy {right / 360:.3f}")
