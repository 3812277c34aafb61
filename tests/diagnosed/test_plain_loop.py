"""A plain loop on digits as people write it: healthy, and with its order of calls broken."""

from __future__ import annotations

from collections.abc import Callable

from tests.diagnosed.conftest import Diagnosed

PLAIN = """
import torch
from sklearn.datasets import load_digits
from torch import nn

torch.manual_seed(0)
digits = load_digits()
data = torch.utils.data.TensorDataset(
    torch.tensor(digits.images, dtype=torch.float32)[:, None] / 16 - 0.5, torch.tensor(digits.target)
)
loader = torch.utils.data.DataLoader(data, batch_size=64, shuffle=True)
model = nn.Sequential(
    nn.Conv2d(1, 16, 3), nn.BatchNorm2d(16), nn.ReLU(), nn.Conv2d(16, 32, 3), nn.ReLU(), nn.Flatten(), nn.Linear(512, 10)
)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
criterion = nn.CrossEntropyLoss()
for epoch in range(4):
    for x, y in loader:
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
"""


def test_a_plain_loop_is_healthy(diagnosed: Callable[..., Diagnosed]) -> None:
    found = diagnosed(PLAIN)
    assert found.exit_status == 0 and found.report.verdict == "healthy" and found.first.cause == "healthy"
    assert found.alarms == []


def test_without_zero_grad_the_line_is_named(diagnosed: Callable[..., Diagnosed]) -> None:
    found = diagnosed(PLAIN.replace("        optimizer.zero_grad()\n", ""))
    assert found.report.verdict == "faulty"
    assert (found.first.cause, found.first.status) == ("missing-zero-grad", "proved")
    place = found.first.places[0]
    assert (place.path, place.line) == (str(found.script.name), found.line_of("optimizer.step()"))
