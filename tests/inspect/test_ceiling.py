"""Scores that cannot grow: cosines with and without a scale, however a program writes them, and heads of the usual kind."""

import pytest
import torch
import torchvision
from torch import nn
from torch.nn import functional

from traindx.checks.network.scores_cannot_grow import scores_cannot_grow
from traindx.core.network_example import network_with
from traindx.core.runner import run_checks
from traindx.inspect.ceiling import ceiling_of

CLASSES = 10


class Cosine(nn.Module):
    def __init__(self, wide, scale=1.0, *, learned=False):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(CLASSES, wide))
        self.scale = nn.Parameter(torch.tensor(2.66)) if learned else scale
        self.learned = learned

    def forward(self, x):
        cosines = functional.linear(functional.normalize(x), functional.normalize(self.weight))
        return cosines * (self.scale.exp() if self.learned else self.scale)


def backbone():
    return nn.Sequential(nn.Conv2d(3, 16, 3, 2), nn.BatchNorm2d(16), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())


class Prototypes(nn.Module):
    """Its class weights are its own, and beside them stands a backbone."""

    def __init__(self, temperature=1.0, *, distances=False):
        super().__init__()
        self.backbone, self.weight = backbone(), nn.Parameter(torch.randn(CLASSES, 16))
        self.temperature, self.distances = temperature, distances

    def forward(self, x):
        found = self.backbone(x)
        if self.distances:
            return -torch.cdist(found, self.weight)
        return functional.cosine_similarity(found[:, None], self.weight[None], dim=-1) / self.temperature


class Normalised(nn.Module):
    """Features of length one before a linear layer, whose weights may be of length one for good."""

    def __init__(self, *, fixed):
        super().__init__()
        self.backbone, self.head = backbone(), nn.Linear(16, CLASSES, bias=False)
        if fixed:
            nn.utils.parametrizations.weight_norm(self.head)
            nn.init.ones_(self.head.parametrizations.weight.original0).requires_grad_(False)

    def forward(self, x):
        return self.head(functional.normalize(self.backbone(x)))


def resnet(head):
    model = torchvision.models.resnet18()
    model.fc = head
    return model


@pytest.mark.parametrize(
    ("build", "bound"),
    [
        (lambda: nn.Sequential(backbone(), Cosine(16)), 1.0),
        (lambda: nn.Sequential(backbone(), Cosine(16, 30.0)), 30.0),
        (lambda: resnet(Cosine(512)), 1.0),
        (lambda: Prototypes(), 1.0),
        (lambda: Prototypes(0.07), 1 / 0.07),
        (lambda: Normalised(fixed=True), 1.0),
        (lambda: nn.Sequential(backbone(), Cosine(16, learned=True)), None),
        (lambda: Prototypes(distances=True), None),
        (lambda: Normalised(fixed=False), None),
        (lambda: resnet(nn.Linear(512, CLASSES)), None),
    ],
)
def test_bounds_of_scores_are_measured(build, bound):
    torch.manual_seed(0)
    model = build().train()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    found = ceiling_of(torch, model, torch.randn(4, 3, 48, 48), CLASSES)
    assert (found and found[:2]) == (None if bound is None else pytest.approx((-bound, bound), rel=0.02))
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert all(module.training for module in model.modules())
    (outcome,) = run_checks([scores_cannot_grow], {"network": network_with(ceiling=found)})
    assert outcome.status == ("failed" if bound == 1.0 else "passed")
