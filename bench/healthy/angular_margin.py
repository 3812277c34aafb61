"""ArcFace: an angle is added between an embedding and its class's direction; judged by the nearest direction."""

import torch
import torch.nn.functional as F
from data import digit_loaders
from nets import ConvNet
from torch import nn


class AngularMargin(nn.Module):
    """Cross entropy over the scaled cosines to the classes' directions, with a margin on the right one."""

    def __init__(self, width, classes, scale=16.0, margin=0.3):
        super().__init__()
        self.directions = nn.Parameter(torch.randn(classes, width) * 0.1)
        self.scale, self.margin = scale, margin

    def cosines(self, embedded):
        return F.linear(F.normalize(embedded), F.normalize(self.directions)).clamp(-1 + 1e-6, 1 - 1e-6)

    def forward(self, embedded, target):
        cosines = self.cosines(embedded)
        harder = torch.cos(torch.acos(cosines) + self.margin)
        right = F.one_hot(target, cosines.shape[1]).bool()
        return F.cross_entropy(self.scale * torch.where(right, harder, cosines), target)


train_loader, val_loader = digit_loaders()
model, criterion = ConvNet(classes=32), AngularMargin(32, 10)
optimizer = torch.optim.AdamW([*model.parameters(), *criterion.parameters()], lr=2e-3)
for epoch in range(4):
    model.train()
    for x, y in train_loader:
        loss = criterion(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        right = sum((criterion.cosines(model(x)).argmax(1) == y).sum().item() for x, y in val_loader)
    print(f"epoch {epoch}: loss {loss.item():.3f}, accuracy {right / 360:.3f}")
