"""Schedulers: what they are, who steps them, and whether the rate that they set is the rate that is applied."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.optim import lr_scheduler as lr

from tests.recorder.conftest import Net, Record, batch, train
from traindx.core.recording import Recording


def train_scheduled(
    steps: int, make: Callable[[Any], Any], *, late: bool = False, between: Callable[[int, Any], None] | None = None
) -> torch.nn.Module:
    """Train with a scheduler that is stepped after each step, with `late` before it."""
    torch.manual_seed(0)
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), 0.1, momentum=0.9)
    scheduler = make(optimizer)
    for step in range(steps):
        x, y = batch(seed=step)
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(x), y).backward()
        if late:
            scheduler.step()
        if between is not None:
            between(step, optimizer)
        optimizer.step()
        if not late:
            scheduler.step()
    return model


def test_a_one_cycle_is_described_with_its_length_its_place_and_who_steps_it(record: Record, folder: Path) -> None:
    with record():
        train_scheduled(12, lambda o: lr.OneCycleLR(o, 0.3, epochs=2, steps_per_epoch=10))
    recording = Recording.load(folder)
    (line,) = recording.lines["scheduler"]
    assert (line["class"], line["optimizer"], line["settings"]["total_steps"]) == ("OneCycleLR", 0, 20)
    assert line["path"].endswith("test_schedulers.py") and line["groups"][0]["max_lr"] == 0.3
    assert line["plan"]["length"] == 20 and len(line["plan"]["rates"]) == len(line["plan"]["calls"])
    (call,) = recording.lines["scheduler_call"]
    assert (call["scheduler"], call["call"]) == (0, 1) and call["path"].endswith("test_schedulers.py")
    assert recording.lines["scheduler_end"][0]["calls"] == 12  # eight steps before its end
    schedule = [d["schedule"][0] for d in recording.details.values()]
    assert [s["calls"] for s in schedule[1:]] == list(range(1, len(schedule)))
    assert not any("applied" in s for s in schedule)
    assert recording.lr[:12] == pytest.approx([s["rate"] for s in schedule])


def test_the_parts_of_a_sequence_stand_in_its_line_and_have_none_of_their_own(record: Record, folder: Path) -> None:
    def make(optimizer: Any) -> Any:
        warmup = lr.LinearLR(optimizer, 0.1, total_iters=3)
        return lr.SequentialLR(optimizer, [warmup, lr.CosineAnnealingLR(optimizer, 7)], [3])

    with record():
        train_scheduled(5, make)
    recording = Recording.load(folder)
    (line,) = recording.lines["scheduler"]
    assert (line["class"], line["settings"]["milestones"]) == ("SequentialLR", [3])
    assert [part["class"] for part in line["parts"]] == ["LinearLR", "CosineAnnealingLR"]
    assert line["parts"][1]["settings"]["T_max"] == 7 and line["plan"]["length"] == 10
    assert len(recording.lines["scheduler_call"]) == 1


def test_a_rate_that_somebody_else_sets_differs_from_the_schedulers(record: Record, folder: Path) -> None:
    def between(step: int, optimizer: Any) -> None:
        if step >= 2:
            optimizer.param_groups[0]["lr"] = 0.5

    with record():
        train_scheduled(4, lambda o: lr.LambdaLR(o, lambda epoch: 1.0), between=between)
    details = Recording.load(folder).details
    assert [d["schedule"][0].get("applied") for d in details.values()] == [None, None, 0.5, 0.5]


def test_a_scheduler_before_the_first_step_and_one_of_another_optimizer_can_be_told(
    record: Record, folder: Path
) -> None:
    other = torch.nn.Linear(2, 2)
    held = []

    def make(optimizer: Any) -> Any:
        held.append(torch.optim.SGD(other.parameters(), 1.0))
        return lr.StepLR(held[0], 10)

    with record():
        train_scheduled(3, make, late=True)
    recording = Recording.load(folder)
    assert recording.lines["scheduler"][0]["optimizer"] == 1
    assert [o["class"] for o in recording.lines["optimizer"]] == ["SGD", "SGD"]
    assert recording.calls == ("zfbls", "zfbls", "zfbls")
    assert not any("schedule" in d for d in recording.details.values())  # its optimizer never steps


def test_functions_are_told_by_name_and_place(record: Record, folder: Path) -> None:
    with record():
        train_scheduled(3, lambda o: lr.LambdaLR(o, lambda epoch: 0.9**epoch))
    (line,) = Recording.load(folder).lines["scheduler"]
    assert "plan" not in line and line["functions"][0]["name"].endswith("<lambda>")
    assert line["functions"][0]["path"].endswith("test_schedulers.py") and line["functions"][0]["line"] > 1


def test_warm_restarts_and_a_plateau_are_counted(record: Record, folder: Path) -> None:
    class Plateau(lr.ReduceLROnPlateau):
        def step(self, metrics: Any = 1.0, epoch: Any = None) -> None:
            super().step(metrics)

    with record():
        train_scheduled(6, lambda o: lr.CosineAnnealingWarmRestarts(o, 4))
        train_scheduled(6, lambda o: Plateau(o, patience=1))
    recording = Recording.load(folder)
    assert [(line["class"]) for line in recording.lines["scheduler"]] == ["CosineAnnealingWarmRestarts", "Plateau"]
    assert [line["calls"] for line in recording.lines["scheduler_end"]] == [6, 6]
    assert recording.lr[:9] == pytest.approx([*(recording.lr[:4]), *(recording.lr[:2]), 0.1, 0.1, 0.1])


def test_schedulers_of_timm_are_seen_where_they_act(record: Record, folder: Path) -> None:
    from timm.scheduler import CosineLRScheduler

    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    with record():
        scheduler = CosineLRScheduler(optimizer, t_initial=10, warmup_t=2, warmup_lr_init=0.001)
        for epoch in range(3):
            train(model, optimizer, 2)
            scheduler.step_update(2 * epoch + 2)  # does nothing: it counts in epochs
            scheduler.step(epoch + 1)
    recording = Recording.load(folder)
    (line,) = recording.lines["scheduler"]
    assert (line["class"], line["settings"]["t_initial"], line["plan"]["length"]) == ("CosineLRScheduler", 10, 10)
    assert recording.lines["scheduler_end"][0]["calls"] == 3
    assert "".join(recording.calls).count("l") == 2  # the third comes after the last step


def test_very_many_schedulers_make_a_bounded_recording(record: Record, folder: Path) -> None:
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    with record():
        for _ in range(40):
            scheduler = lr.StepLR(optimizer, 10)
            train(model, optimizer, 1)
            scheduler.step()
    recording = Recording.load(folder)
    assert len(recording.lines["scheduler"]) == 16 and len(recording.lines["scheduler_call"]) <= 16


@pytest.mark.parametrize("make", [lambda o: lr.OneCycleLR(o, 0.3, 30), lambda o: lr.CosineAnnealingWarmRestarts(o, 7)])
def test_a_scheduled_training_ends_with_the_same_weights(record: Record, make: Callable[[Any], Any]) -> None:
    plain = train_scheduled(25, make).state_dict()
    with record():
        recorded = train_scheduled(25, make).state_dict()
    assert all(torch.equal(plain[name], recorded[name]) for name in plain)
