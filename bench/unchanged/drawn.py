"""What all kinds train: drawn pictures of four classes, and a small network."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import nn

STEPS = 24
Loss = nn.functional.cross_entropy


def data(size: int = 160) -> torch.utils.data.TensorDataset:
    """Drawn pictures of four classes."""
    return torch.utils.data.TensorDataset(torch.randn(size, 3, 12, 12), torch.randint(0, 4, (size,)))


def network() -> nn.Module:
    """A small network with batch normalisation, dropout and an activation in place."""
    layers = (
        nn.Conv2d(3, 8, 3),
        nn.BatchNorm2d(8),
        nn.ReLU(inplace=True),
        nn.Dropout(0.2),
        nn.Flatten(),
        nn.Linear(800, 4),
    )
    return nn.Sequential(*layers)


def batches(**options: Any) -> Iterable[Any]:
    """Shuffled batches for `STEPS` steps."""
    loader = torch.utils.data.DataLoader(data(), 16, shuffle=True, **options)
    done = 0
    while True:
        for batch in loader:
            yield batch
            done += 1
            if done == STEPS:
                return
