"""A denoising autoencoder, MSE against the clean picture, Adam."""

import torch
from data import digit_loaders
from torch import nn

train_loader, val_loader = digit_loaders()
model = nn.Sequential(
    nn.Conv2d(1, 16, 3, 2, 1), nn.ReLU(), nn.Conv2d(16, 32, 3, 2, 1), nn.ReLU(),
    nn.ConvTranspose2d(32, 16, 2, 2), nn.ReLU(), nn.ConvTranspose2d(16, 1, 2, 2),
)  # fmt: skip
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
for epoch in range(3):
    for pictures, _ in train_loader:
        noisy = pictures + 0.2 * torch.randn_like(pictures)
        loss = nn.functional.mse_loss(model(noisy), pictures)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        error = sum(nn.functional.mse_loss(model(x), x).item() for x, _ in val_loader) / len(val_loader)
    print(f"epoch {epoch}: loss {loss.item():.4f}, validation {error:.4f}")
