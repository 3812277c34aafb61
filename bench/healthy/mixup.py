"""Mixup: pictures and losses of two classes mixed in a drawn share; the training loss stays well above zero."""

import numpy as np
import torch
import torch.nn.functional as F
from data import digit_loaders
from nets import ConvNet

train_loader, val_loader = digit_loaders()
model = ConvNet()
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=1e-4)
for epoch in range(3):
    model.train()
    for x, y in train_loader:
        lam = np.random.beta(0.4, 0.4)
        order = torch.randperm(len(x))
        out = model(lam * x + (1 - lam) * x[order])
        loss = lam * F.cross_entropy(out, y) + (1 - lam) * F.cross_entropy(out, y[order])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        right = sum((model(x).argmax(1) == y).sum().item() for x, y in val_loader)
    print(f"epoch {epoch}: loss {loss.item():.3f}, accuracy {right / 360:.3f}")
