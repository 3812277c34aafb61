"""Networks whose outputs, channels, activations or weights are at fault, as people write them; the line is marked `# fault`."""

from __future__ import annotations

import itertools

import torch
from parts import CLASSES, Small, cnn
from torch import nn


class EightOutputs(Small):
    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(32, 8)  # fault


def no_background() -> nn.Module:
    from torchvision.models.detection import fasterrcnn_mobilenet_v3_large_320_fpn

    return fasterrcnn_mobilenet_v3_large_320_fpn(weights=None, weights_backbone=None, num_classes=3)  # fault


def retina_of_two() -> nn.Module:
    from torchvision.models.detection import retinanet_resnet50_fpn

    return retinanet_resnet50_fpn(weights=None, weights_backbone=None, num_classes=2)  # fault


class OneChannel(Small):
    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, 3, 2, 1)  # fault


class FourChannels(Small):
    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(4, 16, 3, 2, 1)  # fault


class SoftmaxAtEnd(Small):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.softmax(super().forward(x), dim=1)


class SigmoidAtEnd(Small):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.sigmoid(super().forward(x))


class AveragedToNothing(Small):
    def features(self, x: torch.Tensor) -> torch.Tensor:
        x = torch.relu(self.conv2(torch.relu(self.conv1(x))))
        return nn.functional.instance_norm(self.conv3(x)).mean((2, 3))


def softmax_module() -> nn.Module:
    return nn.Sequential(*cnn(), nn.Softmax(dim=-1))


class SoftmaxOverSamples(Small):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.softmax(super().forward(x), dim=0)


class ConstantWeights(Small):
    def __init__(self) -> None:
        super().__init__()
        for p in self.parameters():
            nn.init.constant_(p, 0.01)


class ZeroWeights(Small):
    def __init__(self) -> None:
        super().__init__()
        nn.init.zeros_(self.conv2.weight)  # fault
        nn.init.zeros_(self.fc.weight)
        nn.init.zeros_(self.conv3.weight)


class AllOnes(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Sequential(nn.Flatten(), nn.Linear(96 * 96 * 3, 64), nn.Tanh(), nn.Linear(64, CLASSES))
        self.net[1].weight.data.fill_(0.001)


class WeightsHundredth(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.net = cnn()
        with torch.no_grad():
            for p in self.net.parameters():
                p.mul_(0.01)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.net(x)


class SmallNormal(Small):
    def __init__(self) -> None:
        super().__init__()
        for m in self.modules():
            if isinstance(m, (nn.Conv2d, nn.Linear)):
                nn.init.normal_(m.weight, std=1e-3)  # fault


class WeightsHundredfold(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.net = cnn()
        with torch.no_grad():
            for p in self.net.parameters():
                p.mul_(100)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.net(x)


class StandardNormal(Small):
    def __init__(self) -> None:
        super().__init__()
        for m in self.modules():
            if hasattr(m, "weight"):
                nn.init.normal_(m.weight)  # fault


class LargeHead(Small):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return 300 * self.fc(self.features(x)).div(0.05)


def sigmoid_stack() -> nn.Module:
    layers: list[nn.Module] = [nn.Flatten(), nn.Linear(96 * 96 * 3, 64), nn.Sigmoid()]
    for _ in range(6):
        layers += [nn.Linear(64, 64), nn.Sigmoid()]
    return nn.Sequential(*layers, nn.Linear(64, CLASSES))


def sigmoid_convolutions() -> nn.Module:
    widths = (3, 16, 32, 32, 64, 64, 64)
    layers: list[nn.Module] = []
    for a, b in itertools.pairwise(widths):
        layers += [nn.Conv2d(a, b, 3, 1, 1), nn.Sigmoid(), nn.AvgPool2d(2)]
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(64, CLASSES))


class SaturatedTanh(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc1 = nn.Linear(96 * 96 * 3, 128)
        self.fc2 = nn.Linear(128, 128)
        self.fc3 = nn.Linear(128, CLASSES)
        nn.init.normal_(self.fc1.weight, std=1.0)  # fault
        nn.init.normal_(self.fc2.weight, std=1.0)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = torch.tanh(self.fc1(x.flatten(1)))
        return self.fc3(torch.tanh(self.fc2(x)))
