"""What a checkpoint holds besides weights, what is given back, and what a ReduceLROnPlateau is given."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from tests.recorder.conftest import Net, Record, batch
from traindx.core.loaded_weights import later_loads
from traindx.core.optimization import schedulers_of
from traindx.core.recording import Recording
from traindx.core.resumption import resumptions


def step(model: torch.nn.Module, optimizer: torch.optim.Optimizer, seed: int) -> torch.Tensor:
    """One training step."""
    x, y = batch(seed=seed)
    optimizer.zero_grad()
    loss = torch.nn.functional.cross_entropy(model(x), y)
    loss.backward()
    optimizer.step()
    return loss


def test_a_checkpoint_is_described_and_what_of_it_is_given_back(record: Record, folder: Path, tmp_path: Path) -> None:
    model = Net()
    optimizer = torch.optim.Adam(model.parameters(), 0.01)
    for seed in range(3):
        step(model, optimizer, seed)
    states = {"optimizers": [optimizer.state_dict()], "scheduler": {"last_epoch": 3}, "epoch": 3, "note": "x"}
    torch.save(states, tmp_path / "c.pt")
    with record():
        model = Net()
        optimizer = torch.optim.Adam(model.parameters(), 0.01)
        saved = torch.load(tmp_path / "c.pt")
        optimizer.load_state_dict(saved["optimizers"][0])
        step(model, optimizer, 4)
    lines = Recording.load(folder).lines
    (checkpoint,) = lines["checkpoint"]
    assert checkpoint["counters"] == {"epoch": 3} and checkpoint["scheduler"] == [{"key": "scheduler", "last_epoch": 3}]
    (held,) = checkpoint["optimizer"]
    assert (held["states"], held["count"], held["lr"]) == (len(list(model.parameters())), 3, 0.01)
    assert [(line["what"], line["class"]) for line in lines["restored"]] == [("optimizer", "Adam")]
    assert lines["restored"][0]["path"].endswith("test_restored_state.py")


@pytest.mark.parametrize("given_back", [True, False])
def test_a_run_that_goes_on_in_the_midst_of_a_process(
    record: Record, folder: Path, tmp_path: Path, given_back: bool
) -> None:
    with record():
        model = Net()
        optimizer = torch.optim.Adam(model.parameters(), 0.01)
        for seed in range(3):
            step(model, optimizer, seed)
        states = {"model": model.state_dict(), "optimizer": optimizer.state_dict()}
        torch.save(states, tmp_path / "c.pt")
        model = Net()
        optimizer = torch.optim.Adam(model.parameters(), 0.01)
        saved = torch.load(tmp_path / "c.pt")
        model.load_state_dict(saved["model"])
        if given_back:
            optimizer.load_state_dict(saved["optimizer"])
        for seed in range(3):
            step(model, optimizer, seed)
        model.load_state_dict({f"module.{k}": v for k, v in saved["model"].items()}, strict=False)
    recording = Recording.load(folder)
    (found,) = resumptions(recording)
    assert (found.step, found.cold, "optimizer" in found.restored) == (3, not given_back, given_back)
    whole, none = later_loads(recording)
    assert (whole.later, whole.matched, whole.covers) == (3, whole.own, 1.0)
    assert (none.later, none.matched, none.covers) == (6, 0, 1.0)


def test_what_a_plateau_scheduler_is_given_is_written_and_may_hang_on_a_graph(record: Record, folder: Path) -> None:
    with record():
        model = Net()
        optimizer = torch.optim.SGD(model.parameters(), 0.1)
        scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=1)
        given = []
        for seed in range(4):
            loss = step(model, optimizer, seed)
            scheduler.step(loss)
            given.append(loss.item())
    (found,) = schedulers_of(Recording.load(folder))
    assert found.metrics == pytest.approx(given) and found.metric_step.tolist() == [1, 2, 3, 4]


def test_the_rates_are_those_of_the_optimizer_that_steps(record: Record, folder: Path) -> None:
    with record():
        model = Net()
        idle = torch.optim.SGD(model.parameters(), 0.5)
        optimizer = torch.optim.SGD(model.parameters(), 0.1)
        for seed in range(3):
            step(model, optimizer, seed)
        assert idle.param_groups
    assert Recording.load(folder).lr == pytest.approx([0.1] * 3)
