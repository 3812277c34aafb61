"""Sharpness-aware minimisation by hand: two forward and backward passes a step, the weights moved and moved back."""

import torch
import torch.nn.functional as F
from data import digit_loaders
from nets import ConvNet

train_loader, val_loader = digit_loaders()
model = ConvNet()
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
for epoch in range(2):
    model.train()
    for x, y in train_loader:
        optimizer.zero_grad()
        F.cross_entropy(model(x), y).backward()
        with torch.no_grad():
            norm = torch.stack([p.grad.norm() for p in model.parameters()]).norm() + 1e-12
            moved = [0.05 * p.grad / norm for p in model.parameters()]
            for p, e in zip(model.parameters(), moved):
                p.add_(e)
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        with torch.no_grad():
            for p, e in zip(model.parameters(), moved):
                p.sub_(e)
        optimizer.step()
    model.eval()
    with torch.no_grad():
        right = sum((model(x).argmax(1) == y).sum().item() for x, y in val_loader)
    print(f"epoch {epoch}: loss {loss.item():.3f}, accuracy {right / 360:.3f}")
