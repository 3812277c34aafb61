"""Trainings that follow each other, and optimizers side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from traindx.core.example import falling, recording_with
from traindx.core.recording import recording_of
from traindx.core.trainings import last_training, side_by_side
from traindx.core.trend import over_chance
from traindx.examine import judge


def described(step: int, names: str, optimizer: int = 0) -> Mapping[str, Any]:
    held = [{"name": name, "shape": [4], "trainable": True, "optimizer": optimizer} for name in names]
    return {"kind": "model", "step": step, "name": "Net", "layers": [], "parameters": held}


def lines(*models: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    loss = [*falling(steps=40), *falling(start=5.0, end=0.2, steps=40)]
    steps = [{"kind": "step", "step": i, "time": i, "loss": v, "calls": "zfbs", "lr": 0.1} for i, v in enumerate(loss)]
    makers = [{"kind": "optimizer", "index": i, "class": "SGD", "groups": []} for i in range(2)]
    return [*models, *makers, *steps, {"kind": "end", "time": 80.0, "steps": 80, "cost": 0.0}]


def test_a_student_after_its_teacher_is_a_training_of_its_own() -> None:
    recording = last_training(recording_of(lines(described(0, "abcd"), described(40, "wxyz", 1))))
    assert recording.step[0] == 40 and len(recording.loss) == len(recording.calls) == 40
    report = judge({"recording": recording})
    assert report.verdict == "healthy" and "5" in report.sentence


def test_a_network_that_gets_another_optimizer_or_head_goes_on() -> None:
    whole = recording_of(lines(described(0, "abcd"), described(40, "abce", 1)))
    assert last_training(whole) is whole and side_by_side(whole) == 1


def test_a_network_that_is_wrapped_later_is_the_same() -> None:
    wrapped = {
        **described(40, ""),
        "parameters": [{"name": f"module.{n}", "shape": [4], "optimizer": 0} for n in "abcd"],
    }
    whole = recording_of(lines(described(0, "abcd"), wrapped))
    assert last_training(whole) is whole


def test_two_players_work_side_by_side() -> None:
    both = {**described(0, ""), "parameters": [{"name": n, "shape": [4], "optimizer": i} for i, n in enumerate("ab")]}
    assert side_by_side(recording_of(lines(both))) == 2


def test_a_loss_summed_over_samples_is_compared_by_its_mean() -> None:
    call = {"name": "cross_entropy", "classes": 10, "reduction": "sum", "target_shape": [32], "value": 32 * 1.5}
    reached = over_chance(recording_with([1.5] * 60, detail={"loss_call": call}))
    assert reached is not None and np.isclose(reached, 1.5 / np.log(10))


def test_two_optimizers_that_one_loss_moves_are_one_training() -> None:
    held = [{"name": n, "shape": [4], "trainable": True, "optimizer": i} for i, n in enumerate(("backbone", "head"))]
    assert side_by_side(recording_with(falling(), parameters=held, calls="zzfbss")) == 1
    assert side_by_side(recording_with(falling(), parameters=held, calls="zfbs")) == 2


def test_an_optimizer_that_moves_nothing_is_no_second_player() -> None:
    held = [{"name": n, "shape": [4], "trainable": True, "optimizer": i} for i, n in enumerate("ab")]
    for update, players in (([0.0, 0.3], 1), ([0.2, 0.3], 2)):
        moved = {"parameters": {"grad": update, "weight": [1.0, 1.0], "update": update}}
        assert side_by_side(recording_with(falling(), parameters=held, detail=moved)) == players
