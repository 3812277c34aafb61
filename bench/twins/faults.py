"""Faults of a network that the training of this folder can be given."""

import torch
from torch import nn


class Gram(nn.Module):
    """A small network that looks at products of its channels, summed over places: too large for half precision."""

    def __init__(self, classes):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(3, 32, 5, 2, 2), nn.ReLU(), nn.Conv2d(32, 32, 3, 1, 1))
        self.norm = nn.LayerNorm(32 * 32)
        self.fc = nn.Linear(32 * 32, classes)

    def forward(self, x):
        f = self.features(x).flatten(2) * 300
        gram = f @ f.transpose(1, 2)
        return self.fc(self.norm(gram.flatten(1)))


class Deaf(nn.Module):
    """A network whose input is made anew in place of what it is given."""

    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, x):
        return self.inner(torch.ones_like(x))


def silent(model):
    """Biases far below zero in front of ReLUs: of norms, or of layers where there are none."""
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, (nn.BatchNorm2d, nn.Conv2d)) and module.bias is not None:
                module.bias.fill_(-30.0)


def small_statistics(model, momentum):
    """Batch norms that take next to nothing of each batch."""
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = momentum


def with_dropout(model, share):
    """So much dropout in front of the last layer, and where there is dropout already."""
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = share
    if hasattr(model, "fc"):
        model.fc = nn.Sequential(nn.Dropout(share), model.fc)
