"""Modes of modules in training and in validation, with the lines of the user's code that switched them."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from tests.recorder.conftest import Net, Record, batch, train
from traindx.core.recording import Recording
from traindx.recorder.mode_map import ModeMap


def validate(model: torch.nn.Module, batches: int = 2) -> None:
    for seed in range(batches):
        x, y = batch(seed=seed)
        torch.nn.functional.cross_entropy(model(x), y)


def test_a_norm_that_is_frozen_and_thawed_again_by_train_shows_with_the_line(record: Record, folder: Path) -> None:
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    model.norm.eval()
    with record():
        train(model, optimizer, 15)
        model.train()  # undoes the freeze; the root itself was in train all along
        train(model, optimizer, 15)
    frozen, thawed = Recording.load(folder).lines["modes"]
    assert (frozen["step"], frozen["mode"], frozen["root"], frozen["names"]) == (0, "mixed", "train", ["norm"])
    assert frozen["kinds"] == {"BatchNorm2d": [0, 1], "Dropout": [1, 0]}
    assert (thawed["step"], thawed["mode"]) == (15, "train") and "names" not in thawed
    (switched,) = thawed["switched"]
    assert switched["path"].endswith("test_modes.py") and (switched["call"], switched["count"]) == ("train", 1)


def test_eval_that_is_never_undone_shows_at_the_first_step_after_it(record: Record, folder: Path) -> None:
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    with record():
        train(model, optimizer, 33)
        model.eval()
        with torch.no_grad():
            validate(model)
        train(model, optimizer, 10)
    recording = Recording.load(folder)
    assert [(line["step"], line["mode"]) for line in recording.lines["modes"]] == [(0, "train"), (33, "eval")]
    assert recording.lines["modes"][1]["switched"][0]["call"] == "eval"


def test_the_modes_gradients_and_precision_of_validation_stand_in_its_line(record: Record, folder: Path) -> None:
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    with record():
        train(model, optimizer, 3)
        with torch.no_grad():
            validate(model)  # forgot eval
        train(model, optimizer, 1)
        model.eval()
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
            validate(model)
        model.train()
        train(model, optimizer, 1)
        model.eval()
        model.drop.train()
        with torch.no_grad():
            validate(model)
    forgot, right, dropping = Recording.load(folder).lines["validation"]
    assert (forgot["mode"], forgot["grad"], forgot["autocast"]) == ("train", "no_grad", None)
    assert forgot["path"].endswith("test_modes.py") and forgot["weights"] == "float32"
    assert (right["mode"], right["grad"], right["autocast"]) == ("eval", "inference_mode", "bfloat16")
    assert (dropping["mode"], dropping["names"]) == ("mixed", ["drop"])


def test_validation_with_gradients_is_counted_in_the_step_after_it(record: Record, folder: Path) -> None:
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    with record():
        train(model, optimizer, 2)
        model.eval()
        validate(model, 5)
        model.train()
        train(model, optimizer, 2)
    details = Recording.load(folder).details
    assert {step: d.get("eval_forwards") for step, d in details.items()} == {0: None, 1: None, 2: 5, 3: None}


def test_children_that_differ_with_their_parent_are_not_named() -> None:
    model = torch.nn.Sequential(torch.nn.Sequential(torch.nn.Dropout(), torch.nn.BatchNorm1d(3)), torch.nn.Linear(3, 3))
    model[0].eval()
    modes = ModeMap(model)
    described = modes.described(modes.modes())
    assert (described["differing"], described["names"], described["mode"]) == (3, ["0"], "mixed")


def test_a_training_that_switches_at_every_step_is_written_a_bounded_number_of_times(
    record: Record, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("traindx.recorder.probes.modes.MOST_LINES", 6)
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    with record():
        for step in range(20):
            model.norm.train(step % 2 == 0)
            train(model, optimizer, 1)
    assert len(Recording.load(folder).lines["modes"]) == 6


def test_forward_passes_that_nothing_follows_are_counted_with_their_line(record: Record, folder: Path) -> None:
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    with record():
        train(model, optimizer, 2)
        validate(model, batches=5)  # forgot eval and no_grad
        train(model, optimizer, 1)
        model.eval()
        validate(model, batches=5)
        model.train()
        train(model, optimizer, 1)
    steps = Recording.load(folder).lines["step"]
    assert [s.get("unused_forwards", {}).get("count") for s in steps] == [None, None, 5, None]
    assert steps[2]["unused_forwards"]["path"].endswith("test_modes.py")
    assert [s.get("eval_forwards") for s in steps] == [None, None, None, 5]


def test_the_class_of_what_was_switched_is_told(record: Record, folder: Path) -> None:
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    with record():
        model.norm.eval()
        model.train()
        train(model, optimizer, 1)
    (line,) = Recording.load(folder).lines["modes"]
    assert [(s["call"], s["of"]) for s in line["switched"]] == [("eval", "BatchNorm2d"), ("train", "Net")]


def test_a_validation_tells_of_each_class_what_it_was_taken_for(record: Record, folder: Path) -> None:
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    seen: list[tuple[int, int]] = []
    with record():
        train(model, optimizer, 2)
        model.eval()
        with torch.no_grad():
            for seed in range(3):
                x, y = batch(seed=seed)
                y[0] = -100  # what cross_entropy leaves out
                scores = model(x)
                torch.nn.functional.cross_entropy(scores, y)
                seen += zip(y[1:].tolist(), scores.argmax(1)[1:].tolist(), strict=True)
        model.train()
        train(model, optimizer, 1)
    (line,) = (v for v in Recording.load(folder).lines["validation"] if v["batches"] == 3)
    for name, (count, right, taken, times) in enumerate(line["by_class"]):
        answers = [answer for truth, answer in seen if truth == name]
        assert (count, right) == (len(answers), answers.count(name))
        assert times == max(map(answers.count, answers), default=0) == (answers.count(taken) if answers else 0)
