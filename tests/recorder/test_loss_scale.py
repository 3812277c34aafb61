"""The gradient scaler: its scale at each recorded step and each change, and the steps that it leaves out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from tests.recorder.conftest import Net, Record, batch
from traindx.core.recording import Recording


def train_scaled(steps: int, bad: tuple[int, ...] = (), bypass: bool = False, **options: Any) -> list[Any]:
    """Train with a scaler on the CPU; the loss of the steps in `bad` is infinite. Returns model, optimizer, scaler."""
    torch.manual_seed(0)
    model = Net()
    fused = options.pop("fused", False)
    optimizer = torch.optim.SGD(model.parameters(), 0.01, fused=fused)
    scaler = torch.amp.GradScaler("cpu", init_scale=1024.0, **options)
    for step in range(steps):
        x, y = batch(seed=step)
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(x), y)
        scaler.scale(loss * float("inf") if step in bad else loss).backward()
        if bypass:
            optimizer.step()
            continue
        scaler.step(optimizer)
        scaler.update()
    return [model, optimizer, scaler]


def test_the_scale_its_changes_and_the_steps_left_out_are_recorded(record: Record, folder: Path) -> None:
    with record():
        train_scaled(40, bad=(3, 25), growth_interval=10)
    recording = Recording.load(folder)
    (line,) = recording.lines["scaler"]
    assert (line["init_scale"], line["growth_interval"], line["enabled"], line["used"]) == (1024.0, 10, True, True)
    assert line["path"].endswith("test_loss_scale.py")
    changes = [(e.data["what"], e.data["before"], e.data["after"]) for e in recording.of("loss_scale")]
    assert changes == [
        ("backoff", 1024.0, 512.0),
        ("growth", 512.0, 1024.0),
        ("growth", 1024.0, 2048.0),
        ("backoff", 2048.0, 1024.0),
        ("growth", 1024.0, 2048.0),
    ]
    assert len(recording.of("step_skipped")) == 2
    assert len(recording.step) == 38 and recording.details[2]["scaler"]["scale"] == 1024.0
    assert recording.details[3]["scaler"] == {"attempts": 5, "skipped": 1, "scale": 512.0}
    (end,) = recording.lines["scaler_end"]
    assert (end["attempts"], end["skipped"], end["optimizers"]) == (40, 2, {"0": {"attempts": 40, "skipped": 2}})


def test_steps_that_a_fused_optimizer_leaves_out_on_the_device_are_found(record: Record, folder: Path) -> None:
    with record():
        train_scaled(30, bad=(3, 25), fused=True)
    recording = Recording.load(folder)
    assert [(e.step, e.data["fused"]) for e in recording.of("step_skipped")] == [(3, True), (25, True)]
    assert recording.details[3]["scaler"]["found_inf"] is True
    assert recording.lines["scaler_end"][0]["skipped"] == 2
    assert [e.data["after"] for e in recording.of("loss_scale")] == [512.0, 256.0]


def test_scaled_gradients_that_reach_the_optimizer_are_told_of(record: Record, folder: Path) -> None:
    with record():
        train_scaled(4, bypass=True)
    recording = Recording.load(folder)
    assert all(d["scaler"] == {"bypassed": True} for d in recording.details.values()) and len(recording.details) == 4


def test_a_disabled_scaler_and_a_scale_set_by_hand_are_told_of(record: Record, folder: Path) -> None:
    with record():
        train_scaled(3, enabled=False)
        _, _, scaler = train_scaled(2)
        scaler._per_optimizer_states.clear()
        scaler.update(8.0)
        kept = torch.amp.GradScaler("cpu")
    recording = Recording.load(folder)
    told = [(line["enabled"], line["used"]) for line in recording.lines["scaler"]]
    assert told == [(False, True), (True, True), (True, False)]
    assert [(e.data["what"], e.data["after"]) for e in recording.of("loss_scale")] == [("set", 8.0)]
    assert kept.is_enabled()


def test_a_scale_that_collapses_makes_no_endless_recording(
    record: Record, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("traindx.recorder.probes.loss_scale.MOST_CHANGES", 5)
    with record():
        train_scaled(30, bad=tuple(range(2, 30)))
    recording = Recording.load(folder)
    assert len(recording.of("step_skipped")) == 5 and len(recording.of("loss_scale")) == 5
    assert recording.lines["scaler_end"][0]["skipped"] == 28


def test_a_scaled_training_ends_with_the_same_weights(record: Record) -> None:
    plain = train_scaled(30, bad=(3, 20), growth_interval=7)
    with record():
        recorded = train_scaled(30, bad=(3, 20), growth_interval=7)
    for a, b in zip(plain[0].state_dict().values(), recorded[0].state_dict().values(), strict=True):
        assert torch.equal(a, b)
    assert plain[2].state_dict() == recorded[2].state_dict()
