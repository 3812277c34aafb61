"""What the networks with a fault and the sound ones are made of."""

from __future__ import annotations

import torch
from torch import nn

CLASSES = 10


def cnn(width: int = 16, classes: int = CLASSES, channels: int = 3) -> nn.Sequential:
    """A small sound network that the faults are put into."""
    return nn.Sequential(
        nn.Conv2d(channels, width, 3, 2, 1), nn.ReLU(),
        nn.Conv2d(width, width * 2, 3, 2, 1), nn.ReLU(),
        nn.Conv2d(width * 2, width * 2, 3, 2, 1), nn.ReLU(),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width * 2, classes),
    )  # fmt: skip


class Small(nn.Module):
    """A network with named parts."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 2, 1)
        self.conv2 = nn.Conv2d(16, 32, 3, 2, 1)
        self.conv3 = nn.Conv2d(32, 32, 3, 2, 1)
        self.fc = nn.Linear(32, CLASSES)

    def features(self, x: torch.Tensor) -> torch.Tensor:
        """Averaged features."""
        x = torch.relu(self.conv1(x))
        x = torch.relu(self.conv2(x))
        return torch.relu(self.conv3(x)).mean((2, 3))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.fc(self.features(x))
