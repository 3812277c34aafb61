"""Scripts whose model is in the wrong mode, or whose outputs do not fit their loss, as people write them."""

from __future__ import annotations

from collections.abc import Callable

from tests.diagnosed.conftest import Diagnosed

SCRIPT = """
import torch
from torch import nn

torch.manual_seed(0)
shapes = torch.eye(4)[:, :, None, None].expand(4, 4, 3, 3).reshape(4, 1, 12, 3).repeat(1, 1, 1, 4)
labels = torch.arange(4).repeat(160)
pictures = shapes[labels] + 0.7 * torch.randn(640, 1, 12, 12)
data = torch.utils.data.TensorDataset(pictures, labels)
train, val = torch.utils.data.random_split(data, [512, 128])
loader = torch.utils.data.DataLoader(train, batch_size=16, shuffle=True)
val_loader = torch.utils.data.DataLoader(val, batch_size=32)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(1, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Conv2d(8, 16, 3), nn.ReLU())
        self.drop = nn.Dropout(0.2)
        self.fc = nn.Linear(16 * 64, 4)

    def forward(self, x):
        x = self.drop(self.features(x).flatten(1))
        return self.fc(x)


def evaluate(model):
    model.eval()
    right = 0
    with torch.no_grad():
        for x, y in val_loader:
            right += (model(x).argmax(1) == y).sum().item()
    return right / len(val)


model = Net()
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9)
for epoch in range(3):
    model.train()
    for x, y in loader:
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
    print(epoch, loss.item(), evaluate(model))
"""


def changed(*changes: tuple[str, str]) -> str:
    """The script with each text replaced by another, all of which occur in it."""
    script = SCRIPT
    for old, new in changes:
        assert old in script
        script = script.replace(old, new)
    return script


def test_a_loop_with_validation_is_healthy(diagnosed: Callable[..., Diagnosed]) -> None:
    found = diagnosed(SCRIPT)
    assert found.exit_status == 0 and found.report.verdict == "healthy"
    assert found.alarms == []


def test_a_validation_without_eval_is_named_with_its_line(diagnosed: Callable[..., Diagnosed]) -> None:
    found = diagnosed(changed(("    model.eval()\n", "")))
    assert (found.report.verdict, found.first.cause, found.first.status) == ("faulty", "left-in-train-mode", "proved")
    assert found.first.places[0].line == found.line_of("right += (model(x)")
    assert found.alarms == ["T420"]


def test_a_validation_without_eval_and_no_grad_is_named_with_its_line(diagnosed: Callable[..., Diagnosed]) -> None:
    found = diagnosed(changed(("    model.eval()\n", ""), ("with torch.no_grad()", "if True")))
    assert (found.report.verdict, found.first.cause, found.first.status) == ("faulty", "left-in-train-mode", "proved")
    assert found.first.places[0].line == found.line_of("right += (model(x)")
    assert found.alarms == ["T422"]


def test_a_training_that_stays_in_eval_mode_is_named_with_the_line_of_eval(diagnosed: Callable[..., Diagnosed]) -> None:
    found = diagnosed(changed(("    model.train()\n", "")))
    assert (found.report.verdict, found.first.cause, found.first.status) == ("faulty", "left-in-eval-mode", "proved")
    assert found.first.places[0].line == found.line_of("    model.eval()")


def test_a_relu_on_the_logits_is_named_with_the_line_of_the_loss(diagnosed: Callable[..., Diagnosed]) -> None:
    found = diagnosed(changed(("return self.fc(x)", "return torch.relu(self.fc(x))")))
    assert (found.report.verdict, found.first.cause, found.first.status) == (
        "faulty",
        "wrong-output-activation",
        "proved",
    )
    assert found.first.places[0].line == found.line_of("loss = criterion")
