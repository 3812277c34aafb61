"""A linear probe: the features of a fixed network are computed under no_grad, one layer is trained on them."""

import torch
import torch.nn.functional as F
from data import digit_loaders
from torchvision.models import squeezenet1_1

train_loader, val_loader = digit_loaders(32, 32, channels=3, count=640)
backbone = squeezenet1_1().features.eval()
head = torch.nn.Linear(512, 10)
optimizer = torch.optim.Adam(head.parameters(), lr=0.02)


@torch.no_grad()
def features(x):
    f = backbone(x).mean((2, 3))
    return (f - f.mean(0)) / (f.std(0) + 1e-6)


for epoch in range(4):
    for x, y in train_loader:
        loss = F.cross_entropy(head(features(x)), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        right = sum((head(features(x)).argmax(1) == y).sum().item() for x, y in val_loader)
    print(f"epoch {epoch}: loss {loss.item():.3f}, accuracy {right / 360:.3f}", flush=True)
