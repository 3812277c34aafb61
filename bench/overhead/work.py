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


def resnet50(size: int, batch: int) -> Work:
    """torchvision's ResNet-50, pictures of `size` pixels."""
    import torchvision

    return classifier(torchvision.models.resnet50(num_classes=10), size, batch, 10)


def vit(size: int, batch: int) -> Work:
    """timm's vit_tiny, patches of 16 pixels, pictures of `size` pixels."""
    import timm

    return classifier(timm.create_model("vit_tiny_patch16_224", img_size=size, num_classes=10), size, batch, 10)


def yolo(name: str, size: int, batch_size: int) -> Work:
    """A detector of Ultralytics with its own loss, pictures of `size` pixels, three boxes a picture."""
    from ultralytics.nn.tasks import DetectionModel
    from ultralytics.utils import DEFAULT_CFG

    model = DetectionModel(f"{name}.yaml", verbose=False)
    model.args = DEFAULT_CFG
    optimizer = torch.optim.SGD(model.parameters(), 0.001, momentum=0.9)
    batch = {
        "img": torch.rand(batch_size, 3, size, size),
        "cls": torch.randint(0, 80, (3 * batch_size, 1)).float(),
        "bboxes": torch.rand(3 * batch_size, 4) * 0.3 + 0.3,
        "batch_idx": torch.arange(batch_size).repeat_interleave(3).float(),
    }

    def step() -> torch.Tensor:
        optimizer.zero_grad()
        loss = model(batch)[0].sum()
        loss.backward()
        optimizer.step()
        return loss

    return Work(model, optimizer, step, batch)


WORKS: dict[str, tuple[Callable[[], Work], int, int]] = {
    "ResNet-50, 224 px, batch 4": (lambda: resnet50(224, 4), 20, 3),
    "YOLOv8n, 640 px, batch 2": (lambda: yolo("yolov8n", 640, 2), 20, 3),
    "YOLOv5n, 640 px, batch 2": (lambda: yolo("yolov5n", 640, 2), 20, 3),
    "ViT-tiny, 224 px, batch 16": (lambda: vit(224, 16), 20, 3),
    "ResNet-50, 64 px, batch 16": (lambda: resnet50(64, 16), 20, 3),
    "YOLOv8n, 160 px, batch 4": (lambda: yolo("yolov8n", 160, 4), 40, 5),
    "YOLOv5n, 160 px, batch 4": (lambda: yolo("yolov5n", 160, 4), 30, 4),
    "ViT-tiny, 64 px, batch 16": (lambda: vit(64, 16), 60, 6),
    "tiny CNN, batch 128": (lambda: classifier(Net(), 12, 128, 4), 600, 120),
    "tiny CNN, batch 8": (lambda: classifier(Net(), 12, 8, 4), 600, 120),
    "plain tiny CNN": (lambda: classifier(Net(plain=True), 12, 128, 4), 600, 120),
}
"""Name, what makes it, steps at the default schedule, and steps of each measurement where the schedule is forced."""


def made(name: str) -> Work:
    """A training of that name, the same each time."""
    torch.manual_seed(0)
    return WORKS[name][0]()
