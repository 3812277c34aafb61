"""What a step costs, counted: functions of Python and operations of torch, which no other process on the machine changes.

The bounds are an eighth above what was counted when they were set (torch 2.13): room for another probe, and not for one that
walks over layers or parameters on steps that are not recorded, or asks for a moment of theirs that it does not need.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import torch
from bench.overhead.counted import counted

from tests.recorder.conftest import Net, Record, batch
from traindx.recorder import journal
from traindx.recorder.probes import first_batches

UNRECORDED_CALLS, UNRECORDED_OPERATIONS = 60, 15
"""Of a step that is not recorded, for a network of any size; counted were 53 and 13."""
CALLS_PER_LAYER, OPERATIONS_PER_LAYER = 400, 265
"""Of a recorded step, for a block of convolution, norm and activation with four parameters: counted were 356 and 235, most of
the operations views and what is inside others."""


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps count as quick, however busy the machine is: of slow ones more is kept, as it then costs next to nothing. What is
    pending is not written by the clock, in the midst of a counted step."""
    monkeypatch.setattr(first_batches, "SLOW", float("inf"))
    monkeypatch.setattr(journal, "EVERY", float("inf"))


class Deep(torch.nn.Module):
    """Blocks of convolution, norm and activation, and a classifier."""

    def __init__(self, blocks: int) -> None:
        super().__init__()
        layers: list[torch.nn.Module] = []
        for at in range(blocks):
            layers += [torch.nn.Conv2d(8 if at else 3, 8, 3, padding=1), torch.nn.BatchNorm2d(8), torch.nn.ReLU()]
        self.layers = torch.nn.Sequential(*layers, torch.nn.Flatten(), torch.nn.Linear(8 * 144, 4))

    def forward(self, x: torch.Tensor) -> Any:
        return self.layers(x)


def stepping(model: torch.nn.Module) -> Callable[[], None]:
    optimizer = torch.optim.SGD(model.parameters(), 0.01, momentum=0.9)
    x, y = batch()

    def step() -> None:
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()

    return step


def least_of_ten(step: Callable[[], None]) -> tuple[int, int]:
    """What is counted in one step: the least of ten, as once a second, and when the machine is busy, there is more."""
    calls, operations = zip(*(counted(step) for _ in range(10)), strict=True)
    return min(calls), min(operations)


@contextmanager
def forced(record: Record, model: torch.nn.Module, recorded: bool) -> Iterator[Callable[[], None]]:
    """A step of a training in which every step is recorded, or none."""
    with record() as session:
        step = stepping(model)
        for _ in range(10):
            step()
        session.seen.schedule.wants = lambda *_: recorded  # type: ignore[method-assign]
        session.seen.journal.flush(wait=True)
        step()
        step()
        yield step


def more(record: Record, make: Callable[[], torch.nn.Module], *, recorded: bool) -> tuple[int, int]:
    """Calls and operations of a step above those of the same step without recorder."""
    plain = stepping(make())
    plain(), plain()
    before = least_of_ten(plain)
    with forced(record, make(), recorded) as step:
        after = least_of_ten(step)
    return after[0] - before[0], after[1] - before[1]


def test_a_step_that_is_not_recorded_costs_a_bounded_number_of_calls_and_operations(record: Record) -> None:
    calls, operations = more(record, Net, recorded=False)
    assert 0 < calls <= UNRECORDED_CALLS and 0 < operations <= UNRECORDED_OPERATIONS


def test_a_step_that_is_not_recorded_costs_the_same_for_a_deep_network(record: Record) -> None:
    calls, operations = more(record, lambda: Deep(30), recorded=False)
    assert calls <= UNRECORDED_CALLS and operations <= UNRECORDED_OPERATIONS


def test_a_dropout_costs_one_call_more_in_a_step_that_is_not_recorded(record: Record) -> None:
    def dropping(layers: int) -> torch.nn.Module:
        return torch.nn.Sequential(*(torch.nn.Dropout(0.1) for _ in range(layers)), Net())

    few, operations = more(record, lambda: dropping(1), recorded=False)
    many, more_operations = more(record, lambda: dropping(21), recorded=False)
    assert many - few <= 20 and more_operations == operations


def test_a_recorded_step_costs_a_bounded_number_of_calls_and_operations_for_each_layer(record: Record) -> None:
    few_calls, few = more(record, lambda: Deep(5), recorded=True)
    many_calls, many = more(record, lambda: Deep(25), recorded=True)
    assert 0 < (many - few) / 20 <= OPERATIONS_PER_LAYER
    assert 0 < (many_calls - few_calls) / 20 <= CALLS_PER_LAYER


def test_what_an_identity_returns_is_measured_once_in_a_recorded_step(record: Record) -> None:
    def padded(layers: int) -> torch.nn.Module:
        return torch.nn.Sequential(Net(), *(torch.nn.Identity() for _ in range(layers)))

    _, few = more(record, lambda: padded(1), recorded=True)
    _, many = more(record, lambda: padded(21), recorded=True)
    assert many - few <= 20  # looking at a tensor, not reducing it
