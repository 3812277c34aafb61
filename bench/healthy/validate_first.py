"""Validates before training and twice an epoch, with a confusion matrix; trains in eval-safe layers only (LayerNorm)."""

import torch
import torch.nn.functional as F
from data import digit_loaders
from torch import nn

train_loader, val_loader = digit_loaders()
model = nn.Sequential(nn.Flatten(), nn.Linear(256, 96), nn.LayerNorm(96), nn.GELU(), nn.Linear(96, 10))
optimizer = torch.optim.NAdam(model.parameters(), lr=1e-3)


@torch.no_grad()
def validate():
    matrix = torch.zeros(10, 10, dtype=torch.int64)
    for x, y in val_loader:
        for real, found in zip(y, model(x).argmax(1)):
            matrix[real, found] += 1
    return (matrix.diagonal().sum() / matrix.sum()).item()


print(f"before: {validate():.3f}")
for epoch in range(3):
    for i, (x, y) in enumerate(train_loader):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        if i % 20 == 19:
            print(f"epoch {epoch}, batch {i}: {validate():.3f}")
