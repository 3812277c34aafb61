"""Networks through which values or gradients do not flow as they should, as people write them; the line is marked `# fault`."""

from __future__ import annotations

import itertools

import torch
from parts import CLASSES, Small
from torch import nn


class NothingNonlinear(Small):
    def features(self, x: torch.Tensor) -> torch.Tensor:
        return self.conv3(self.conv2(self.conv1(x))).mean((2, 3))


class LinearHead(Small):
    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Sequential(nn.Linear(32, 128), nn.Linear(128, 128), nn.Linear(128, CLASSES))  # fault


class OnlyPools(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.conv2, self.pool = nn.Conv2d(3, 16, 3), nn.Conv2d(16, 32, 3), nn.MaxPool2d(4)
        self.fc = nn.Linear(32 * 5 * 5, CLASSES)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.fc(self.pool(self.conv2(self.pool(self.conv1(x)))).flatten(1))


class ReshapeAcrossBatch(Small):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.features(x)
        x = x.t().reshape(len(x), -1)  # the samples' features are interleaved
        return self.fc(x)


class BatchAsSequence(Small):
    def __init__(self) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(32, 4)  # fault

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = torch.relu(self.conv3(torch.relu(self.conv2(torch.relu(self.conv1(x)))))).flatten(2).transpose(1, 2)
        x, _ = self.attention(x, x, x)
        return self.fc(x.mean(1))


class MeanOverSamples(Small):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.features(x)
        return self.fc(x - x.mean(dim=0))


class ViewOfOtherWidth(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 16, 3, 2, 1)
        self.fc = nn.Linear(16 * 24 * 24, CLASSES)  # fault

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.fc(torch.relu(self.conv(x)).view(-1, 16 * 24 * 24))


class ReluOnLogits(Small):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(super().forward(x))


def frozen_head() -> nn.Module:
    from torchvision.models import resnet18

    model = resnet18(weights=None)
    model.fc = nn.Linear(512, CLASSES)  # fault
    for p in model.parameters():
        p.requires_grad = False
    for p in model.layer4.parameters():
        p.requires_grad = True
    return model


def all_frozen() -> nn.Module:
    model = Small()
    for p in model.parameters():
        p.requires_grad_(False)
    return model


def frozen_random_backbone() -> nn.Module:
    from torchvision.models import resnet18

    model = resnet18(weights=None)
    model.requires_grad_(False)
    model.fc = nn.Linear(512, CLASSES)
    return model


class Detached(Small):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.fc(self.features(x).detach())


class NoGradInside(Small):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        with torch.no_grad():
            x = torch.relu(self.conv1(x))
            x = torch.relu(self.conv2(x))
        return self.fc(torch.relu(self.conv3(x)).mean((2, 3)))


class ForgottenBranch(Small):
    def __init__(self) -> None:
        super().__init__()
        self.branch = nn.Sequential(nn.Conv2d(32, 64, 3), nn.ReLU(), nn.Conv2d(64, 64, 3))  # fault


class PlainList(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 32, 3, 2, 1)
        self.blocks = [nn.Conv2d(32, 32, 3, 2, 1) for _ in range(3)]
        self.fc = nn.Linear(32, CLASSES)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = torch.relu(self.stem(x))
        for block in self.blocks:
            x = torch.relu(block(x))
        return self.fc(x.mean((2, 3)))


def weights_of_parallel() -> nn.Module:
    state = {f"module.{name}": value for name, value in Small().state_dict().items()}
    model = Small()
    model.load_state_dict(state, strict=False)  # fault
    return model


class NormAfterPooling(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 32, 3, 2, 1)
        self.norm = nn.BatchNorm2d(32)  # fault
        self.fc = nn.Linear(32, CLASSES)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = nn.functional.adaptive_avg_pool2d(torch.relu(self.conv(x)), 1)
        return self.fc(self.norm(x).flatten(1))


class FlattenOfOneSize(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 16, 3, 2, 1)
        self.fc = nn.Linear(16 * 16 * 16, CLASSES)  # fault

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.fc(torch.relu(self.conv(x)).flatten(1))


class DeadLayer(Small):
    def __init__(self) -> None:
        super().__init__()
        nn.init.constant_(self.conv2.bias, -10.0)


def deep_and_plain() -> nn.Module:
    layers: list[nn.Module] = [nn.Conv2d(3, 32, 3, 2, 1), nn.ReLU()]
    for _ in range(17):
        layers += [nn.Conv2d(32, 32, 3, 1, 1), nn.ReLU()]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, CLASSES))


class OneCoarseLevel(nn.Module):
    """A detector of one level of stride 32, five numbers and three classes for each cell."""

    num_classes = 3

    def __init__(self) -> None:
        super().__init__()
        widths = (3, 16, 32, 64, 64, 64)
        pairs = itertools.pairwise(widths)
        self.body = nn.Sequential(*(nn.Sequential(nn.Conv2d(a, b, 3, 2, 1), nn.ReLU()) for a, b in pairs))
        self.head = nn.Conv2d(64, 5 + self.num_classes, 1)  # fault

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.body(x))


def prior_lost() -> nn.Module:
    from ultralytics.nn.tasks import DetectionModel

    model = DetectionModel("yolov8n.yaml", nc=3, verbose=False)
    for m in model.modules():
        if isinstance(m, nn.Conv2d) and m.bias is not None:
            nn.init.zeros_(m.bias)
    return model
