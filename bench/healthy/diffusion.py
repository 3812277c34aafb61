"""A small diffusion model: noise is predicted from a noisy picture and a time of up to 1000."""

import math

import torch
import torch.nn.functional as F
from data import digit_loaders
from torch import nn


class Denoiser(nn.Module):
    def __init__(self, width=192):
        super().__init__()
        self.time, self.first = nn.Linear(32, width), nn.Linear(64, width)
        self.middle, self.out = nn.Linear(width, width), nn.Linear(width, 64)

    def forward(self, x, t):
        frequencies = torch.exp(-math.log(10000) * torch.arange(16) / 16)
        angles = t[:, None] * frequencies
        h = F.silu(self.first(x) + self.time(torch.cat([angles.sin(), angles.cos()], 1)))
        return self.out(F.silu(self.middle(h)) + h)


loader, _ = digit_loaders(size=8, batch=64)
kept = torch.cumprod(1 - torch.linspace(1e-4, 0.02, 1000), 0)
model = Denoiser()
optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)
for epoch in range(6):
    for x, _ in loader:
        x, t = x.flatten(1), torch.randint(0, 1000, (len(x),))
        noise = torch.randn_like(x)
        noisy = kept[t].sqrt()[:, None] * x + (1 - kept[t]).sqrt()[:, None] * noise
        loss = F.mse_loss(model(noisy, t.float()), noise)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"epoch {epoch}: loss {loss.item():.3f}")
