"""Label smoothing of 0.1, dropout, weight decay split in two groups (none on biases and norms)."""

import torch
from data import digit_loaders
from nets import ConvNet
from torch import nn

train_loader, val_loader = digit_loaders()
model = nn.Sequential(ConvNet(classes=64), nn.ReLU(), nn.Dropout(0.3), nn.Linear(64, 10))
decayed = [p for p in model.parameters() if p.ndim > 1]
others = [p for p in model.parameters() if p.ndim <= 1]
optimizer = torch.optim.AdamW(
    [{"params": decayed, "weight_decay": 0.05}, {"params": others, "weight_decay": 0.0}], lr=2e-3
)
criterion = nn.CrossEntropyLoss(label_smoothing=0.1)
for epoch in range(3):
    model.train()
    for x, y in train_loader:
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        right = sum((model(x).argmax(1) == y).sum().item() for x, y in val_loader)
    print(f"epoch {epoch}: loss {loss.item():.3f}, accuracy {right / 360:.3f}")
