"""An LSTM reads a picture row by row; clipped at 0.5, layer-wise rates."""

import torch
import torch.nn.functional as F
from data import digit_loaders
from torch import nn

train_loader, val_loader = digit_loaders()
lstm, head = nn.LSTM(16, 64, batch_first=True), nn.Linear(64, 10)
optimizer = torch.optim.Adam([{"params": lstm.parameters(), "lr": 5e-3}, {"params": head.parameters(), "lr": 2e-3}])
for epoch in range(4):
    for x, y in train_loader:
        out, _ = lstm(x.squeeze(1))
        loss = F.cross_entropy(head(out[:, -1]), y)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_([*lstm.parameters(), *head.parameters()], 0.5)
        optimizer.step()
    with torch.no_grad():
        right = sum((head(lstm(x.squeeze(1))[0][:, -1]).argmax(1) == y).sum().item() for x, y in val_loader)
    print(f"epoch {epoch}: loss {loss.item():.3f}, accuracy {right / 360:.3f}")
