"""Uncertainty by dropout that stays on in validation on purpose: the network in eval mode, its Dropout layers in train mode."""

import torch
import torch.nn.functional as F
from data import digit_loaders
from torch import nn

train_loader, val_loader = digit_loaders(size=8)
model = nn.Sequential(
    nn.Flatten(), nn.Linear(64, 128), nn.BatchNorm1d(128), nn.ReLU(), nn.Dropout(0.3), nn.Linear(128, 10)
)
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
for epoch in range(3):
    model.train()
    for x, y in train_loader:
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
    model.eval()
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.train()
    with torch.no_grad():
        right = sum(
            (torch.stack([model(x).softmax(1) for _ in range(8)]).mean(0).argmax(1) == y).sum() for x, y in val_loader
        )
    print(f"epoch {epoch}: loss {loss.item():.3f}, accuracy {right / 360:.3f}")
