"""Regression of the mean ink and its place from a picture: MSE, one output vector, standardised targets."""

import torch
from data import digit_tensors
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

x, _, vx, _ = digit_tensors()


def targets(pictures):
    ink = pictures.flatten(1).clamp(min=0)
    places = torch.arange(ink.shape[1], dtype=torch.float32)
    return torch.stack([ink.mean(1), (ink * (places // 16)).sum(1) / ink.sum(1)], 1)


mean, std = targets(x).mean(0), targets(x).std(0)
train_loader = DataLoader(TensorDataset(x, (targets(x) - mean) / std), batch_size=32, shuffle=True)
model = nn.Sequential(nn.Flatten(), nn.Linear(256, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 2))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for epoch in range(3):
    for pictures, values in train_loader:
        loss = nn.functional.mse_loss(model(pictures), values)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        error = (model(vx) - (targets(vx) - mean) / std).square().mean()
    print(f"epoch {epoch}: train MSE {loss.item():.4f}, validation MSE {error:.4f}")
