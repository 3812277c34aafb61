"""Trainings whose gradient is cut, frozen, turned or clipped, and one that does the like on purpose."""

from __future__ import annotations

from collections.abc import Callable

from tests.diagnosed.conftest import Diagnosed

LOOP = """
import copy
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)
digits = load_digits()
data = torch.utils.data.TensorDataset(
    torch.tensor(digits.images, dtype=torch.float32)[:, None] / 16 - 0.5, torch.tensor(digits.target)
)
loader = torch.utils.data.DataLoader(data, batch_size=64, shuffle=True)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(1, 16, 3), nn.BatchNorm2d(16), nn.ReLU(), nn.Flatten(), nn.Linear(576, 64))
        self.head = nn.Linear(64, 10)
        self.beside = nn.Linear(64, 10)

    def forward(self, x):
        features = self.body(x)
        features = F.relu(features)
        return self.head(features), self.beside(features.detach())


model = Net()
average = copy.deepcopy(model)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
scaler = torch.amp.GradScaler("cpu", init_scale=1024.0)
for epoch in range(4):
    for x, y in loader:
        optimizer.zero_grad()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            scores, beside = model(x)
            loss = F.cross_entropy(scores, y) + F.cross_entropy(beside, y)
        for part in (0.5, 0.5):
            scaler.scale(part * loss).backward(retain_graph=True)
        scaler.unscale_(optimizer)
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        scaler.step(optimizer)
        scaler.update()
        with torch.no_grad():
            for kept, new in zip(average.parameters(), model.parameters()):
                kept.lerp_(new, 0.1)
"""


def test_a_detached_branch_two_passes_a_clip_and_an_average_are_healthy(diagnosed: Callable[..., Diagnosed]) -> None:
    found = diagnosed(LOOP)
    assert found.exit_status == 0 and found.report.verdict == "healthy" and found.alarms == []


def test_the_line_that_detaches_the_body_is_named(diagnosed: Callable[..., Diagnosed]) -> None:
    found = diagnosed(LOOP.replace("features = self.body(x)\n", "features = self.body(x).detach()\n"))
    assert (found.report.verdict, found.first.cause, found.first.status) == ("faulty", "broken-graph", "proved")
    assert (found.first.places[0].path, found.first.places[0].line) == (
        "train.py",
        found.line_of("self.body(x).detach()"),
    )


def test_a_head_that_was_frozen_with_the_body_is_named(diagnosed: Callable[..., Diagnosed]) -> None:
    freeze = "model = Net()\nfor p in model.parameters():\n    p.requires_grad = p.dim() == 1\nmodel.beside.requires_grad_(False)\n"
    found = diagnosed(LOOP.replace("model = Net()\n", freeze))
    assert (found.report.verdict, found.first.cause, found.first.status) == ("faulty", "frozen-parameters", "proved")
    assert found.first.places[0].line == found.line_of("requires_grad_(False)")


def test_a_clip_of_scaled_gradients_is_named_with_its_line(diagnosed: Callable[..., Diagnosed]) -> None:
    found = diagnosed(LOOP.replace("        scaler.unscale_(optimizer)\n", ""))
    assert (found.report.verdict, found.first.cause, found.first.status) == ("faulty", "clip-before-unscale", "proved")
    assert found.first.places[0].line == found.line_of("clip_grad_norm_")


def test_a_minus_before_the_loss_is_named(diagnosed: Callable[..., Diagnosed]) -> None:
    turned = LOOP.replace("F.cross_entropy(scores, y) + F.cross_entropy(beside, y)", "-F.cross_entropy(scores, y)")
    found = diagnosed(turned)
    assert (found.report.verdict, found.first.cause, found.first.status) == ("faulty", "gradient-ascent", "proved")
    assert found.first.places[0].line == found.line_of("-F.cross_entropy")


PARTS = """losses = {"own": F.cross_entropy(scores, y), "beside": F.cross_entropy(beside.detach(), y)}
            loss = losses["own"] + 0.5 * losses["beside"]"""


def test_a_part_of_the_loss_that_teaches_nothing_is_named(diagnosed: Callable[..., Diagnosed]) -> None:
    found = diagnosed(LOOP.replace("loss = F.cross_entropy(scores, y) + F.cross_entropy(beside, y)", PARTS))
    failed = {o.code for o in found.report.outcomes if o.status == "failed" and o.level == "error"}
    assert (found.report.verdict, found.first.cause) == ("faulty", "broken-graph") and "T426" in failed


def test_a_part_that_is_only_shown_is_no_part_of_the_loss(diagnosed: Callable[..., Diagnosed]) -> None:
    shown = PARTS.replace(' + 0.5 * losses["beside"]', "")
    found = diagnosed(LOOP.replace("loss = F.cross_entropy(scores, y) + F.cross_entropy(beside, y)", shown))
    assert "T426" not in {o.code for o in found.report.outcomes if o.status == "failed"}
