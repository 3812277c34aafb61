"""Drawn pictures of four classes, with file names, for the small trainings of this folder."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

SIZE, BATCH = 12, 8


class Pictures(torch.utils.data.Dataset[Any]):
    """`count` pictures [3, 12, 12] of unit noise with a bright quarter that tells the class; `change` may alter one."""

    def __init__(self, count: int = 64, change: Callable[[int, torch.Tensor], torch.Tensor] | None = None) -> None:
        self.count, self.change = count, change

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int, str]:
        generator = torch.Generator().manual_seed(index)
        picture = torch.randn(3, SIZE, SIZE, generator=generator)
        kind = index % 4
        picture[:, 6 * (kind // 2) : 6 * (kind // 2) + 6, 6 * (kind % 2) : 6 * (kind % 2) + 6] += 2
        if self.change is not None:
            picture = self.change(index, picture)
        return picture, kind, f"pictures/{index:03d}.png"


def loader(**more: Any) -> Any:
    """The pictures in batches of eight, in order."""
    return torch.utils.data.DataLoader(Pictures(**more), BATCH)


def net(features: int = 4) -> torch.nn.Module:
    """A small convolutional network."""
    nn = torch.nn
    return nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten(), nn.Linear(800, features))
