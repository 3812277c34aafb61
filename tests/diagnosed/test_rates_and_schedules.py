"""Rates, schedules and settings of a plain loop: what is applied, held against what was planned and asked for."""

from __future__ import annotations

from collections.abc import Callable

from tests.diagnosed.conftest import Diagnosed

LOOP = """
import argparse
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR, StepLR

parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.05)
parser.add_argument("--epochs", type=int, default=4)
args = parser.parse_args()
torch.manual_seed(0)
digits = load_digits()
data = torch.utils.data.TensorDataset(
    torch.tensor(digits.images, dtype=torch.float32)[:1024, None] / 16 - 0.5, torch.tensor(digits.target)[:1024]
)
loader = torch.utils.data.DataLoader(data, batch_size=64, shuffle=True)
model = nn.Sequential(nn.Conv2d(1, 16, 3), nn.ReLU(), nn.Conv2d(16, 32, 3), nn.ReLU(), nn.Flatten(), nn.Linear(512, 10))
optimizer = torch.optim.SGD(model.parameters(), lr=args.lr, momentum=0.9)
SCHEDULER
for epoch in range(args.epochs):
    EPOCH_BEGINS
    for x, y in loader:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        AFTER_BATCH
    AFTER_EPOCH
"""

Run = Callable[..., Diagnosed]


def loop(scheduler: str, *, batch: str = "pass", epoch: str = "pass", begins: str = "pass") -> str:
    """The script with a scheduler, and what is done after each batch and each epoch."""
    text = LOOP.replace("AFTER_BATCH", batch).replace("AFTER_EPOCH", epoch).replace("EPOCH_BEGINS", begins)
    return text.replace("SCHEDULER", scheduler)


def test_a_scheduler_stepped_in_the_wrong_loop_is_told_with_its_line(diagnosed: Run) -> None:
    found = diagnosed(loop("scheduler = StepLR(optimizer, step_size=3, gamma=0.1)", batch="scheduler.step()"))
    assert (found.report.verdict, found.first.cause, found.first.status) == ("faulty", "schedule-misapplied", "proved")
    assert (found.first.places[0].path, found.first.places[0].line) == ("train.py", found.line_of("scheduler.step()"))
    assert "T352" in found.alarms


def test_a_warm_up_and_a_cosine_to_zero_by_the_batch_are_healthy(diagnosed: Run) -> None:
    plan = "parts = [LinearLR(optimizer, 0.1, total_iters=16), CosineAnnealingLR(optimizer, T_max=args.epochs * len(loader) - 16)]"
    found = diagnosed(
        loop(f"{plan}\nscheduler = SequentialLR(optimizer, parts, milestones=[16])", batch="scheduler.step()")
    )
    assert found.report.verdict == "healthy" and found.alarms == []


def test_a_rate_that_is_raised_late_is_told_at_its_step_and_not_as_dead_units(diagnosed: Run) -> None:
    found = diagnosed(loop("", begins="if epoch == 2: optimizer.param_groups[0]['lr'] = 5.0"), "--epochs", "5")
    assert (found.report.verdict, found.first.cause) == ("faulty", "lr-too-high")
    place = found.first.places[0]
    assert (place.line, place.step, place.setting) == (found.line_of("torch.optim.SGD"), 32, "lr")


def test_an_option_that_the_script_never_reads_is_told_with_its_line(diagnosed: Run) -> None:
    found = diagnosed(loop("").replace("lr=args.lr", "lr=0.05"), "--lr", "0.3")
    assert (found.report.verdict, found.first.cause, found.first.status) == ("faulty", "settings-ignored", "proved")
    assert (found.first.places[0].line, found.first.places[0].setting) == (found.line_of('"--lr"'), "lr")
