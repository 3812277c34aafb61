"""Weights that something else than the optimizer moves or puts back; and what losses compare."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
import torch
from torch.nn import functional

from tests.recorder.conftest import Net, Record, batch, train
from traindx.core.recording import Recording


@pytest.mark.parametrize("cloned", [True, False])
def test_a_perturbation_that_is_not_taken_back_is_seen_between_the_steps(
    cloned: bool, record: Record, folder: Path
) -> None:
    model, (x, y) = Net(), batch()
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    with record():
        for _ in range(6):
            before = [p.data.clone() if cloned else p.data for p in model.parameters()]
            for p in model.parameters():
                p.data.add_(0.1)
            functional.cross_entropy(model(x), y).backward()
            for p, old in zip(model.parameters(), before, strict=True):
                p.data.copy_(old)
            optimizer.step()
            optimizer.zero_grad()
    lines = Recording.load(folder).lines["between_steps"]
    assert len(lines) == 5
    assert all((line["moved"] == 0) is cloned and line["update"] > 0 for line in lines)


def test_weights_that_are_loaded_back_are_validated_by_themselves(record: Record, folder: Path) -> None:
    model, (x, y) = Net(), batch()
    optimizer = torch.optim.SGD(model.parameters(), 0.1)

    def validate() -> None:
        model.eval()
        with torch.no_grad():
            for _ in range(2):
                functional.cross_entropy(model(x), y)

    with record():
        train(model, optimizer, 2)
        kept = copy.deepcopy(model.state_dict())
        train(model, optimizer, 2)
        validate()
        model.load_state_dict(kept)
        validate()
    before, after = Recording.load(folder).lines["validation"]
    assert "restored" not in before and after["restored"] is True and before["step"] == after["step"]
    assert before["loss"] != after["loss"]


def test_both_sides_of_a_distance_and_of_a_divergence_are_written(record: Record, folder: Path) -> None:
    model, (x, _) = Net(), batch()
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    with record():
        for _ in range(2):
            scores = model(x)
            wrong = functional.kl_div(
                scores.softmax(1), torch.full_like(scores, 1 / scores.shape[1]), reduction="batchmean"
            )
            (wrong + functional.mse_loss(scores, torch.full_like(scores, 2.0))).backward()
            optimizer.step()
            optimizer.zero_grad()
            with torch.no_grad():
                for _ in range(2):
                    functional.mse_loss(model(x), torch.full_like(scores, 7.0))
        train(model, optimizer, 1)
    recording = Recording.load(folder)
    found = recording.details[0]
    assert found["divergence"]["row_sum"] == pytest.approx(1.0, abs=1e-3) and found["divergence"]["input_max"] > 0
    assert found["loss_call"]["target_mean"] == pytest.approx(2.0)
    sides = recording.lines["validation"][0]["compared"]["mse_loss"]
    assert sides["target_mean"] == pytest.approx(7.0) and sides["target_deviation"] == pytest.approx(0.0, abs=1e-2)
