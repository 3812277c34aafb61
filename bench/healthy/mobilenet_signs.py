"""torchvision's MobileNetV3 on photographs, augmented on the fly, AdamW, one bad last batch dropped."""

import torch
from data import sign_loaders
from torch import nn
from torchvision.models import mobilenet_v3_small

train_loader, val_loader = sign_loaders(64, 24, 480)
model = mobilenet_v3_small(num_classes=10)
optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=1e-2)
criterion = nn.CrossEntropyLoss()
for epoch in range(5):
    model.train()
    running = 0.0
    for x, y in train_loader:
        if torch.rand(()) < 0.5:
            x = x + 0.05 * torch.randn_like(x)
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
        running += loss.item()
    print(f"epoch {epoch}: loss {running / len(train_loader):.3f}", flush=True)
