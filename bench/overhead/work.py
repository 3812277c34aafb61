"""The trainings on which watching is measured: drawn batches, each network from scratch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn


@dataclass(frozen=True)
class Work:
    """A network, its optimizer, one training step, and what a peer needs who computes the loss on its own."""

    model: nn.Module
    optimizer: torch.optim.Optimizer
    step: Callable[[], Any]
    inputs: Any = None
    target: Any = None


class Net(nn.Module):
    """A tiny CNN for 3 x 12 x 12 pictures, as in the recorder's tests; `plain` without normalisation and dropout."""

    def __init__(self, *, plain: bool = False) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)
        self.norm = nn.Identity() if plain else nn.BatchNorm2d(8)
        self.relu = nn.ReLU(inplace=not plain)
        self.drop = nn.Identity() if plain else nn.Dropout(0.2)
        self.head = nn.Linear(800, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Scores of four classes."""
        scores: torch.Tensor = self.head(self.drop(self.relu(self.norm(self.conv(x)))).flatten(1))
        return scores


def classifier(model: nn.Module, size: int, batch: int, classes: int) -> Work:
    """Cross entropy on one drawn batch."""
    optimizer = torch.optim.SGD(model.parameters(), 0.01, momentum=0.9)
    x, y = torch.randn(batch, 3, size, size), torch.randint(0, classes, (batch,))

    def step() -> torch.Tensor:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        return loss

    return Work(model, optimizer, step, x, y)


def resnet50() -> Work:
    """torchvision's ResNet-50, pictures of 64 pixels, batch 16."""
    import torchvision

    return classifier(torchvision.models.resnet50(num_classes=10), 64, 16, 10)


def vit() -> Work:
    """timm's vit_tiny, patches of 16 pixels, pictures of 64 pixels, batch 16."""
    import timm

    return classifier(timm.create_model("vit_tiny_patch16_224", img_size=64, num_classes=10), 64, 16, 10)


def yolo(name: str) -> Work:
    """A detector of Ultralytics with its own loss, pictures of 160 pixels, batch 4, three boxes a picture."""
    from ultralytics.nn.tasks import DetectionModel
    from ultralytics.utils import DEFAULT_CFG

    model = DetectionModel(f"{name}.yaml", verbose=False)
    model.args = DEFAULT_CFG
    optimizer = torch.optim.SGD(model.parameters(), 0.001, momentum=0.9)
    batch = {
        "img": torch.rand(4, 3, 160, 160),
        "cls": torch.randint(0, 80, (12, 1)).float(),
        "bboxes": torch.rand(12, 4) * 0.3 + 0.3,
        "batch_idx": torch.arange(4).repeat_interleave(3).float(),
    }

    def step() -> torch.Tensor:
        optimizer.zero_grad()
        loss = model(batch)[0].sum()
        loss.backward()
        optimizer.step()
        return loss

    return Work(model, optimizer, step, batch)


WORKS: dict[str, tuple[Callable[[], Work], int, int]] = {
    "ResNet-50": (resnet50, 20, 3),
    "YOLOv8n": (lambda: yolo("yolov8n"), 40, 5),
    "YOLOv5n": (lambda: yolo("yolov5n"), 30, 4),
    "ViT-tiny": (vit, 60, 6),
    "tiny CNN, batch 128": (lambda: classifier(Net(), 12, 128, 4), 600, 120),
    "tiny CNN, batch 8": (lambda: classifier(Net(), 12, 8, 4), 600, 120),
    "plain tiny CNN": (lambda: classifier(Net(plain=True), 12, 128, 4), 600, 120),
}
"""Name, what makes it, steps at the default schedule, and steps of each measurement where the schedule is forced."""


def made(name: str) -> Work:
    """A training of that name, the same each time."""
    torch.manual_seed(0)
    return WORKS[name][0]()
