"""Warm-up and cosine by hand: the rate of each group is set before each step."""

import math

import torch
import torch.nn.functional as F
from data import digit_loaders
from nets import plain_cnn

train_loader, val_loader = digit_loaders()
model = plain_cnn()
optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)
step, total, warm = 0, 3 * len(train_loader), 15
for epoch in range(3):
    for x, y in train_loader:
        share = (step + 1) / warm if step < warm else 0.5 * (1 + math.cos(math.pi * (step - warm) / (total - warm)))
        for group in optimizer.param_groups:
            group["lr"] = 2e-3 * share
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        step += 1
    with torch.no_grad():
        right = sum((model(x).argmax(1) == y).sum().item() for x, y in val_loader)
    print(f"epoch {epoch}: loss {loss.item():.3f}, accuracy {right / 360:.3f}")
