"""Inputs of validations, texture, and what an odd step was given."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from tests.recorder.conftest import Net, Record, batch
from traindx.core.network_inputs import training_inputs, validations
from traindx.core.recording import Recording
from traindx.recorder.texture import texture


def train(model: torch.nn.Module, x: torch.Tensor, steps: int, rate: float = 0.0) -> None:
    optimizer = torch.optim.SGD(model.parameters(), rate)
    for _ in range(steps):
        optimizer.zero_grad()
        model(x).square().mean().backward()
        optimizer.step()


def test_a_validation_has_its_inputs_of_a_few_batches_and_the_line(record: Record, folder: Path) -> None:
    model, x = Net(), batch(4)[0]
    with record():
        train(model, x, 2)
        with torch.no_grad():
            for number in range(5):
                model(x + number)
        train(model, x, 1)
    recording = Recording.load(folder)
    (found,) = validations(recording)
    assert (found.of, len(found.batches), found.step) == (5, 3, 1)
    assert [b.mean[0] - found.batches[0].mean[0] for b in found.batches] == pytest.approx([0, 1, 3], abs=1e-4)
    assert found.source is not None and found.source.path.endswith("test_network_inputs.py")
    seen = training_inputs(recording)
    assert seen[0].mean == pytest.approx(found.batches[0].mean) and len(seen) == 3


def test_passes_at_each_step_are_no_validation(record: Record, folder: Path) -> None:
    model, x = Net(), batch(4)[0]
    with record():
        for _ in range(12):
            train(model, x, 1)
            with torch.no_grad():
                model(x * 255)
    assert validations(Recording.load(folder)) == ()


def test_texture_grows_with_distance_in_a_picture_and_falls_at_three_in_a_reshaped_one() -> None:
    place = torch.linspace(0, 6, 48)
    picture = torch.stack([torch.sin(place + c)[None] * torch.cos(place)[:, None] for c in (0.0, 2.0, 4.0)])
    as_it_is = texture(torch, picture[None])
    reshaped = texture(torch, picture.permute(1, 2, 0).reshape(1, 3, 48, 48))
    assert as_it_is[0] < as_it_is[1] < as_it_is[2]
    assert reshaped[2] < reshaped[0] and reshaped[2] < reshaped[1]


def test_features_have_no_texture() -> None:
    assert texture(torch, torch.rand(8, 20)) is None


def test_an_odd_step_is_compared_with_what_came_before_it(record: Record, folder: Path) -> None:
    model, x = torch.nn.Conv2d(3, 4, 3), torch.rand(16, 3, 12, 12)
    optimizer = torch.optim.SGD(model.parameters(), 0.0)
    with record():
        for step in range(30):
            loss = model(x * (100.0 if step == 25 else 1.0)).square().mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    odd = [line for line in Recording.load(folder).lines["odd_inputs"] if line["step"] == 25]
    assert len(odd) == 1 and odd[0]["why"] == "jump"
    assert odd[0]["mean"] == pytest.approx(50, rel=0.1) and odd[0]["max"] <= 100
    low, middle, high = odd[0]["others"]["mean"]
    assert low <= middle <= high and middle == pytest.approx(0.5, rel=0.1)
