"""Networks that start badly or are not the ones that were meant, and the same network as it should be."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.diagnosed.conftest import Diagnosed

SCRIPT = """
import sys

import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch import nn

torch.manual_seed(0)
fault = sys.argv[1]
digits = load_digits()
data = torch.utils.data.TensorDataset(
    torch.tensor(digits.images, dtype=torch.float32)[:, None] / 16 - 0.5, torch.tensor(digits.target)
)
loader = torch.utils.data.DataLoader(data, batch_size=64, shuffle=True)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, 3)
        self.conv2 = nn.Conv2d(16, 32, 3)
        self.fc1 = nn.Linear(512, 64)
        self.fc2 = nn.Linear(64, 10)

    def forward(self, x):
        x = F.relu(self.conv1(x))
        x = F.relu(self.conv2(x)).flatten(1)
        return self.fc2(F.relu(self.fc1(x)))


model = Net()
pretrained = Net().state_dict()
for layer in model.children():
    if fault == "small":
        nn.init.normal_(layer.weight, std=0.005)
    if fault == "large":
        nn.init.normal_(layer.weight, std=1.0)
    if fault == "equal":
        nn.init.constant_(layer.weight, 0.02)
if fault == "prefix":
    model.load_state_dict({f"module.{name}": t for name, t in pretrained.items()}, strict=False)
if fault == "healthy":
    model.load_state_dict({name: t for name, t in pretrained.items() if "fc2" not in name}, strict=False)
    nn.init.zeros_(model.fc2.weight)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
for epoch in range(2):
    for x, y in loader:
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
"""


def test_a_pretrained_body_and_a_head_that_starts_at_zero_are_healthy(diagnosed: Callable[..., Diagnosed]) -> None:
    found = diagnosed(SCRIPT, "healthy")
    assert found.report.verdict == "healthy" and found.first.cause == "healthy"
    assert [code for code in found.alarms if code.startswith("M")] == []


@pytest.mark.parametrize(
    ("fault", "cause", "line"),
    [
        ("small", "init-too-small", "nn.init.normal_(layer.weight, std=0.005)"),
        ("large", "init-too-large", "nn.init.normal_(layer.weight, std=1.0)"),
        ("equal", "constant-init", "nn.init.constant_(layer.weight, 0.02)"),
        ("prefix", "weights-not-loaded", 'model.load_state_dict({f"module.'),
    ],
)
def test_a_network_that_starts_badly_is_named_with_the_line(
    diagnosed: Callable[..., Diagnosed], fault: str, cause: str, line: str
) -> None:
    found = diagnosed(SCRIPT, fault)
    assert found.report.verdict == "faulty"
    assert (found.first.cause, found.first.status) == (cause, "proved")
    place = found.first.places[0]
    assert (place.path, place.line) == (str(found.script.name), found.line_of(line))
