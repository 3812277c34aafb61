"""Parameters: in no optimizer, in two, under two names, changed after the optimizer was built, frozen and thawed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from tests.recorder.conftest import Net, Record, train
from traindx.core.recording import Recording


def lines(folder: Path) -> list[dict[str, Any]]:
    return [dict(line) for line in Recording.load(folder).lines["parameters"]]


def test_a_plain_training_has_nothing_odd(record: Record, folder: Path) -> None:
    model = Net()
    with record():
        train(model, torch.optim.SGD(model.parameters(), 0.01, weight_decay=5e-4), 30)
    (line,) = lines(folder)
    assert (line["parameters"], line["trainable"], line["step"]) == (6, 6, 0)
    assert line["decay"] == {"weight": {"0.0005": 2}, "bias": {"0.0005": 2}, "norm": {"0.0005": 2}}
    assert not {"unheld", "several", "tied", "foreign", "frozen_held", "unsynchronised"} & set(line)


def test_a_head_that_was_replaced_after_the_optimizer_was_built_shows(record: Record, folder: Path) -> None:
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    model.head = torch.nn.Linear(800, 4)
    with record():
        train(model, optimizer, 2)
    (line,) = lines(folder)
    assert line["unheld"] == {"count": 2, "names": ["head.weight", "head.bias"]}
    assert line["foreign"]["names"] == [
        {"optimizer": 0, "at": 4, "shape": [4, 800], "like": "head.weight"},
        {"optimizer": 0, "at": 5, "shape": [4], "like": "head.bias"},
    ]


def test_tied_doubly_held_and_frozen_parameters_are_named(record: Record, folder: Path) -> None:
    model = Net()
    model.add_module("twin", torch.nn.Linear(800, 4))
    model.twin.weight = model.head.weight
    model.conv.requires_grad_(False)
    first, second = torch.optim.SGD(model.parameters(), 0.01), torch.optim.SGD(model.norm.parameters(), 0.01)
    with record():
        for _ in range(2):
            train(model, first, 1)
            second.step()
    (line,) = lines(folder)
    assert line["tied"] == {"count": 1, "names": [["head.weight", "twin.weight"]]}
    assert line["several"] == {"count": 2, "names": ["norm.weight", "norm.bias"]}
    assert line["frozen_held"] == {"count": 2, "names": ["conv.weight", "conv.bias"]}
    assert line["trainable"] == line["parameters"] - 2


def test_what_is_frozen_and_thawed_later_is_told_with_its_line(record: Record, folder: Path) -> None:
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    with record():
        train(model, optimizer, 2)
        model.conv.requires_grad_(False)
        train(model, optimizer, 2)
        model.conv.weight.requires_grad = True
        train(model, optimizer, 2)
    recording = Recording.load(folder)
    (frozen,), (thawed,) = recording.of("frozen"), recording.of("thawed")
    assert (frozen.step, frozen.data["names"]) == (2, ["conv.weight", "conv.bias"])
    assert frozen.source is not None and frozen.source.path.endswith("test_parameters.py")
    assert (thawed.step, thawed.data["names"], thawed.source) == (4, ["conv.weight"], None)
    assert [line["step"] for line in lines(folder)] == [0, 2, 4]


def test_a_training_that_freezes_at_every_step_makes_a_bounded_recording(
    record: Record, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("traindx.recorder.probes.parameters.MOST_LINES", 3)
    monkeypatch.setattr("traindx.recorder.probes.parameters.MOST_EVENTS", 4)
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    with record():
        for step in range(12):
            model.conv.requires_grad_(step % 2 == 0)
            train(model, optimizer, 1)
    recording = Recording.load(folder)
    assert len(lines(folder)) == 3 and len(recording.of("frozen")) + len(recording.of("thawed")) == 4
