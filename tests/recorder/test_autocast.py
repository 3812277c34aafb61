"""Autocast is seen at the root and inside it, and the types of the layers' outputs with it."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from tests.recorder.conftest import Net, Record, batch, train
from traindx.core.recording import Recording


class Casting(Net):
    """A model that switches autocast on by itself."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        with torch.autocast("cpu", torch.bfloat16):
            return super().forward(x)


def train_cast(steps: int, start: int) -> torch.nn.Module:
    """Train under autocast from the step `start` on."""
    torch.manual_seed(0)
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    for step in range(steps):
        x, y = batch(seed=step)
        optimizer.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=step >= start):
            loss = torch.nn.functional.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
    return model


def test_autocast_and_the_types_of_outputs_are_written_where_they_change(record: Record, folder: Path) -> None:
    with record():
        train_cast(8, start=3)
    recording = Recording.load(folder)
    plain, cast = recording.lines["precision"]
    assert (plain["step"], plain["autocast"], plain["weights"], set(plain["outputs"])) == (
        0,
        None,
        "float32",
        {"float32"},
    )
    assert (cast["step"], cast["autocast"], cast["inside"]) == (3, "bfloat16", "bfloat16")
    types = dict(zip((layer.name for layer in recording.layers), cast["outputs"], strict=True))
    assert types["conv"] == types["head"] == "bfloat16"


def test_autocast_inside_of_the_model_is_told_from_autocast_around_it(record: Record, folder: Path) -> None:
    model = Casting()
    with record():
        train(model, torch.optim.SGD(model.parameters(), 0.01), 3)
    (line,) = Recording.load(folder).lines["precision"]
    assert (line["autocast"], line["inside"]) == (None, "bfloat16")


def test_a_precision_that_changes_at_every_step_is_written_a_few_times(
    record: Record, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("traindx.recorder.probes.autocast.MOST_LINES", 3)
    with record():
        train_cast(4, start=2)
        train_cast(4, start=2)
    assert len(Recording.load(folder).lines["precision"]) == 3


def test_a_training_under_autocast_ends_with_the_same_weights(record: Record) -> None:
    plain = train_cast(20, start=5).state_dict()
    with record():
        recorded = train_cast(20, start=5).state_dict()
    assert all(torch.equal(plain[name], recorded[name]) for name in plain)
