"""Sound networks that look like faults: none of them may be named."""

from __future__ import annotations

import torch
from parts import CLASSES, Small, cnn
from torch import nn


class ZeroHead(Small):
    """A last layer that starts at zero."""

    def __init__(self) -> None:
        super().__init__()
        nn.init.zeros_(self.fc.weight)
        nn.init.zeros_(self.fc.bias)


class Residual(nn.Module):
    """Residual blocks whose last normalisation starts at zero."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 32, 3, 2, 1, bias=False)
        blocks = []
        for _ in range(6):
            last = nn.BatchNorm2d(32)
            nn.init.zeros_(last.weight)
            first = [nn.Conv2d(32, 32, 3, 1, 1, bias=False), nn.BatchNorm2d(32), nn.ReLU()]
            blocks.append(nn.Sequential(*first, nn.Conv2d(32, 32, 3, 1, 1, bias=False), last))
        self.blocks = nn.ModuleList(blocks)
        self.fc = nn.Linear(32, CLASSES)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = torch.relu(self.stem(x))
        for block in self.blocks:
            x = torch.relu(x + block(x))
        return self.fc(x.mean((2, 3)))


class BatchFirst(Small):
    """Attention over the positions of each picture."""

    def __init__(self) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(32, 4, batch_first=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = torch.relu(self.conv3(torch.relu(self.conv2(torch.relu(self.conv1(x)))))).flatten(2).transpose(1, 2)
        return self.fc(self.attention(x, x, x)[0].mean(1))


class RowsAsSequence(nn.Module):
    """A recurrent network over the rows of a picture."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.GRU(96 * 3, 64, batch_first=True)
        self.fc = nn.Linear(64, CLASSES)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.fc(self.rnn(x.permute(0, 2, 1, 3).flatten(2))[0][:, -1])


class LeNetOfSigmoids(nn.Module):
    """LeNet with sigmoids and Xavier's weights, as textbooks train it."""

    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(3, 6, 5, padding=2), nn.Sigmoid(), nn.AvgPool2d(4), nn.Conv2d(6, 16, 5), nn.Sigmoid(), nn.AvgPool2d(4),
            nn.Flatten(), nn.Linear(400, 120), nn.Sigmoid(), nn.Linear(120, 84), nn.Sigmoid(), nn.Linear(84, CLASSES),
        )  # fmt: skip
        for m in self.net:
            if isinstance(m, (nn.Linear, nn.Conv2d)):
                nn.init.xavier_uniform_(m.weight)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.net(x)


class LogProbabilities(Small):
    """Log-softmax at the end, for NLLLoss."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.log_softmax(super().forward(x), dim=1)


class Gated(Small):
    """Squeeze and excitation."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = nn.Sequential(nn.Linear(32, 8), nn.ReLU(), nn.Linear(8, 32), nn.Sigmoid())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.features(x)
        return self.fc(x * self.gate(x))


class Cosine(Small):
    """Cosine similarities over a temperature."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = nn.functional.normalize(self.features(x), dim=1)
        return 16 * x @ nn.functional.normalize(self.fc.weight, dim=1).t()


class TwoHeads(Small):
    """Classes and a box."""

    def __init__(self) -> None:
        super().__init__()
        self.box = nn.Linear(32, 4)

    def forward(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
        x = self.features(x)
        return {"logits": self.fc(x), "box": torch.sigmoid(self.box(x))}


class Probe(nn.Module):
    """A linear model."""

    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(96 * 96 * 3, CLASSES)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.fc(x.flatten(1))


def mlp() -> nn.Module:
    """Fully connected layers with ReLU."""
    return nn.Sequential(
        nn.Flatten(),
        nn.Linear(96 * 96 * 3, 256),
        nn.ReLU(),
        nn.Dropout(),
        nn.Linear(256, 128),
        nn.ReLU(),
        nn.Linear(128, CLASSES),
    )


def trained_backbone_frozen() -> nn.Module:
    """A backbone whose normalisation shows that it was trained, frozen behind a new head."""
    from torchvision.models import resnet18

    model = resnet18(weights=None)
    for m in model.modules():
        if isinstance(m, nn.BatchNorm2d):
            nn.init.uniform_(m.weight, 0.5, 1.5)
            nn.init.normal_(m.running_mean)
    model.requires_grad_(False)
    model.fc = nn.Linear(512, CLASSES)
    return model


def loaded_backbone() -> nn.Module:
    """A backbone from a file, and a new head."""
    state = {name: value for name, value in Small().state_dict().items() if not name.startswith("fc")}
    model = Small()
    model.load_state_dict(state, strict=False)
    return model


def group_normalised() -> nn.Module:
    """Group norm and GELU, a bottleneck in the head."""
    body = [
        nn.Conv2d(3, 32, 4, 4),
        nn.GroupNorm(8, 32),
        nn.GELU(),
        nn.Conv2d(32, 64, 3, 2, 1),
        nn.GroupNorm(8, 64),
        nn.GELU(),
    ]
    return nn.Sequential(*body, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 16), nn.Linear(16, CLASSES))


def he_weights() -> nn.Module:
    """He's rule through a plain deep stack."""
    layers: list[nn.Module] = [nn.Conv2d(3, 32, 3, 2, 1), nn.ReLU()]
    for _ in range(12):
        layers += [nn.Conv2d(32, 32, 3, 1, 1), nn.ReLU()]
    model = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, CLASSES))
    for m in model:
        if isinstance(m, nn.Conv2d):
            nn.init.kaiming_normal_(m.weight, nonlinearity="relu")
    return model


def plain() -> nn.Module:
    """The network that the faults are put into."""
    return cnn()


class FineDetector(nn.Module):
    """A detector of stride 4 for small objects."""

    num_classes = 3

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(3, 16, 3, 2, 1), nn.ReLU(), nn.Conv2d(16, 32, 3, 2, 1), nn.ReLU())
        self.head = nn.Conv2d(32, 5 + self.num_classes, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.body(x))
