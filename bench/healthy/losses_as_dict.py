"""Two heads: the model returns a dict of losses when it is given targets, which are weighted and summed."""

import torch
import torch.nn.functional as F
from data import digit_loaders
from nets import ConvNet
from torch import nn


class TwoHeads(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = ConvNet(classes=48)
        self.digit, self.parity = nn.Linear(48, 10), nn.Linear(48, 1)

    def forward(self, x, y=None):
        h = F.relu(self.backbone(x))
        digit, parity = self.digit(h), self.parity(h).squeeze(1)
        if y is None:
            return digit
        return {
            "digit": F.cross_entropy(digit, y),
            "parity": 0.3 * F.binary_cross_entropy_with_logits(parity, (y % 2).float()),
        }


train_loader, val_loader = digit_loaders()
model = TwoHeads()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
for epoch in range(3):
    model.train()
    for x, y in train_loader:
        losses = model(x, y)
        loss = sum(losses.values())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        right = sum((model(x).argmax(1) == y).sum().item() for x, y in val_loader)
    print(f"epoch {epoch}: { ({k: round(v.item(), 3) for k, v in losses.items()}) }, accuracy {right / 360:.3f}")
