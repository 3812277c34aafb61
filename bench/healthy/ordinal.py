"""Ordinal classes: one score and nine thresholds, each a binary question (CORAL); the losses of a sample are summed."""

import torch
import torch.nn.functional as F
from data import digit_tensors
from nets import plain_cnn
from torch import nn


class Thresholds(nn.Module):
    """A score for each picture, against thresholds that are learnt."""

    def __init__(self):
        super().__init__()
        self.body, self.score = plain_cnn(classes=32), nn.Linear(32, 1, bias=False)
        self.thresholds = nn.Parameter(torch.linspace(2, -2, 9))

    def forward(self, x):
        return self.score(F.relu(self.body(x))) + self.thresholds


x, y, vx, vy = digit_tensors()
above = (torch.arange(9)[None] < y[:, None]).float()
model = Thresholds()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
for epoch in range(8):
    model.train()
    for rows in torch.randperm(len(x)).split(32):
        each = F.binary_cross_entropy_with_logits(model(x[rows]), above[rows], reduction="none")
        loss = each.sum(1).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        off = ((model(vx) > 0).sum(1) - vy).abs().float()
    print(f"epoch {epoch}: loss {loss.item():.3f}, mae {off.mean():.3f}, accuracy {(off == 0).float().mean():.3f}")
