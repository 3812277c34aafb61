"""A network in the manner of Inception: an auxiliary classifier in the middle helps with 0.3 of its loss, in training alone."""

import torch
import torch.nn.functional as F
from data import digit_loaders
from torch import nn
from torch.utils.data import DataLoader


class Mixed(nn.Module):
    """Convolutions of three sizes side by side."""

    def __init__(self, inside, outside):
        super().__init__()
        part = outside // 4
        self.one = nn.Conv2d(inside, part, 1)
        self.three = nn.Sequential(nn.Conv2d(inside, part, 1), nn.ReLU(), nn.Conv2d(part, 2 * part, 3, padding=1))
        self.five = nn.Conv2d(inside, part, 5, padding=2)
        self.norm = nn.BatchNorm2d(outside)

    def forward(self, x):
        return F.relu(self.norm(torch.cat([self.one(x), self.three(x), self.five(x)], 1)))


class Network(nn.Module):
    """Gives its scores and those of the auxiliary classifier in training, its scores alone in evaluation."""

    def __init__(self):
        super().__init__()
        self.first, self.second = Mixed(1, 16), Mixed(16, 32)
        self.aux, self.fc = nn.Linear(16 * 16, 10), nn.Linear(32 * 16, 10)

    def forward(self, x):
        middle = F.max_pool2d(self.first(x), 2)
        scores = self.fc(F.adaptive_avg_pool2d(self.second(middle), 4).flatten(1))
        return (scores, self.aux(F.adaptive_avg_pool2d(middle, 4).flatten(1))) if self.training else scores


train_loader, val_loader = digit_loaders()
val_loader = DataLoader(val_loader.dataset, batch_size=10)
model = Network()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for epoch in range(4):
    model.train()
    for x, y in train_loader:
        scores, aux = model(x)
        loss = F.cross_entropy(scores, y) + 0.3 * F.cross_entropy(aux, y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    right = seen = 0
    with torch.no_grad():
        for x, y in val_loader:
            right += (model(x).argmax(dim=1) == y).sum().item()
            seen += len(y)
    print(f"epoch {epoch}: loss {loss.item():.3f}, accuracy {right / seen:.3f}")
