"""Heat maps of key points by MSE: nearly all of a target is zero, so that the loss is tiny from the start."""

import torch
import torch.nn.functional as F
from data import drawn_scenes
from torch import nn
from torch.utils.data import DataLoader


def with_heat(scene):
    picture, target = scene
    ys, xs = torch.meshgrid(torch.arange(24), torch.arange(24), indexing="ij")
    heat = torch.zeros(1, 24, 24)
    for x1, y1, x2, y2 in (target["boxes"] / 2).tolist():
        heat[0] = torch.maximum(heat[0], torch.exp(-((xs - (x1 + x2) / 2) ** 2 + (ys - (y1 + y2) / 2) ** 2) / 4))
    return picture, heat


loader = DataLoader([with_heat(s) for s in drawn_scenes(256, 48)], batch_size=16, shuffle=True)
model = nn.Sequential(
    nn.Conv2d(3, 32, 5, 2, 2), nn.BatchNorm2d(32), nn.ReLU(), nn.Conv2d(32, 32, 5, 1, 2), nn.BatchNorm2d(32), nn.ReLU(),
    nn.Conv2d(32, 32, 5, 1, 2), nn.BatchNorm2d(32), nn.ReLU(), nn.Conv2d(32, 1, 1),
)  # fmt: skip
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for epoch in range(6):
    for picture, heat in loader:
        loss = F.mse_loss(model(picture), heat)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"epoch {epoch}: loss {loss.item():.5f}", flush=True)
