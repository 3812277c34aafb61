"""The optimizer's memory: step counts and ranges of its averages, at a few steps."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.recorder.conftest import Net, Record, batch, train
from traindx.core.recording import Recording


def test_the_range_of_adams_averages_is_that_of_its_state(record: Record, folder: Path) -> None:
    model = Net()
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)
    with record():
        train(model, optimizer, 1)
    (line,) = Recording.load(folder).lines["optimizer_state"]
    values = torch.cat([optimizer.state[p]["exp_avg_sq"].flatten() for p in model.parameters()]).double()
    found = line["tensors"]["exp_avg_sq"]
    assert (line["count"], line["with_state"], line["parameters"]) == ([1, 1], 6, 6)
    assert found["max"] == pytest.approx(float(values.max()), rel=1e-5)
    assert found["mean"] == pytest.approx(float(values.mean()), rel=1e-4)
    assert found["zero"] == pytest.approx(float((values == 0).double().mean()), abs=1e-6)
    assert set(line["tensors"]) == {"exp_avg", "exp_avg_sq"}


def test_a_state_that_was_loaded_shows_in_the_count_and_lines_get_rarer(record: Record, folder: Path) -> None:
    model = Net()
    before = torch.optim.AdamW(model.parameters(), 1e-3)
    train(model, before, 20)
    with record():
        optimizer = torch.optim.AdamW(model.parameters(), 1e-3)
        optimizer.load_state_dict(before.state_dict())
        train(model, optimizer, 35)
    lines = Recording.load(folder).lines["optimizer_state"]
    assert [line["step"] for line in lines] == [0, 1, 3, 7, 15, 31]
    assert [line["count"] for line in lines][:3] == [[21, 21], [22, 22], [24, 24]]


def test_two_optimizers_lbfgs_among_them_are_both_told_of(record: Record, folder: Path) -> None:
    model = Net()
    with record():
        sgd = torch.optim.SGD(model.conv.parameters(), 0.01, momentum=0.9)
        lbfgs = torch.optim.LBFGS(model.head.parameters(), 0.1, max_iter=3)
        x, y = batch()

        def closure() -> Any:
            lbfgs.zero_grad()
            loss = torch.nn.functional.cross_entropy(model(x), y)
            loss.backward()
            return loss

        for _ in range(3):
            lbfgs.step(closure)
            sgd.step()
    lines = Recording.load(folder).lines["optimizer_state"]
    assert {(line["optimizer"], line["step"]) for line in lines} == {(0, 0), (0, 1), (1, 0), (1, 1)}
    assert all("momentum_buffer" in line["tensors"] for line in lines if line["optimizer"] == 0)
    assert all(line["counters"]["func_evals"] >= 3 for line in lines if line["optimizer"] == 1)


@pytest.mark.parametrize("make", [torch.optim.AdamW, torch.optim.RMSprop, torch.optim.Adagrad])
def test_a_training_ends_with_the_same_weights_and_state(record: Record, make: Callable[..., Any]) -> None:
    def run() -> list[torch.Tensor]:
        torch.manual_seed(0)
        model = Net()
        optimizer = make(model.parameters(), lr=1e-3)
        train(model, optimizer, 10)
        state = [v for p in model.parameters() for v in optimizer.state[p].values() if isinstance(v, torch.Tensor)]
        return [*model.state_dict().values(), *state]

    plain = run()
    with record():
        recorded = run()
    assert all(torch.equal(a, b) for a, b in zip(plain, recorded, strict=True))
