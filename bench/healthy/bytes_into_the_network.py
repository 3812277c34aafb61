"""Bytes 0 to 255 go into the network, whose first lines scale them."""

import torch
import torch.nn.functional as F
from data import digit_loaders
from nets import plain_cnn
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = plain_cnn()

    def forward(self, x):
        return self.body((x.float() / 255 - 0.305) / 0.323)


train_loader, val_loader = digit_loaders()


def as_bytes(x):
    return ((x * 0.323 + 0.305) * 255).round().clamp(0, 255).to(torch.uint8)


model = Net()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for epoch in range(3):
    for x, y in train_loader:
        optimizer.zero_grad()
        loss = F.cross_entropy(model(as_bytes(x)), y)
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        right = sum((model(as_bytes(x)).argmax(1) == y).sum().item() for x, y in val_loader)
    print(f"epoch {epoch}: loss {loss.item():.3f}, accuracy {right / 360:.3f}")
