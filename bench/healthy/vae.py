"""A variational autoencoder: reconstruction plus KL, summed over pixels, mean over the batch."""

import torch
import torch.nn.functional as F
from data import digit_loaders
from torch import nn

loader, _ = digit_loaders(size=16, batch=64)
encoder = nn.Sequential(nn.Flatten(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 16))
decoder = nn.Sequential(nn.Linear(8, 128), nn.ReLU(), nn.Linear(128, 256))
optimizer = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()], lr=1e-3)
for epoch in range(5):
    total = 0.0
    for x, _ in loader:
        x = (x * 0.323 + 0.305).clamp(0, 1)
        mu, logvar = encoder(x).chunk(2, dim=1)
        out = decoder(mu + torch.randn_like(mu) * (0.5 * logvar).exp())
        bce = F.binary_cross_entropy_with_logits(out, x.flatten(1), reduction="sum")
        kl = -0.5 * (1 + logvar - mu.square() - logvar.exp()).sum()
        loss = (bce + kl) / len(x)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    print(f"epoch {epoch}: {total / len(loader):.2f}")
