"""A plain loop: two epochs over a loader, a validation after each. `fail` raises in the second epoch."""

from __future__ import annotations

import os
import sys

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def main() -> None:
    """Train."""
    torch.manual_seed(0)
    loader = DataLoader(TensorDataset(torch.randn(64, 3, 8, 8), torch.randint(0, 4, (64,))), 8)
    model = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(288, 4))
    optimizer = torch.optim.SGD(model.parameters(), 0.05)
    for epoch in range(2):
        model.train()
        for x, y in loader:
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x), y).backward()
            optimizer.step()
        model.eval()
        with torch.no_grad():
            for x, y in loader:
                nn.functional.cross_entropy(model(x), y)
        if epoch and "fail" in sys.argv:
            raise KeyError("raised by the script")


if __name__ == "__main__":
    main()
    if "execv" in sys.argv:
        os.execv(sys.executable, [sys.executable, __file__])
