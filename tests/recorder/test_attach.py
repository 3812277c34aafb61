"""The recorder puts itself on and takes itself off, keeps nothing alive, and never stops a training."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

import traindx
from tests.recorder.conftest import Net, Record, batch, train
from traindx.core.recording import Recording
from traindx.recorder.attach import attached_session


def sgd(model: nn.Module, rate: float = 0.05) -> torch.optim.Optimizer:
    return torch.optim.SGD(model.parameters(), rate)


def test_the_public_context_manager_records_and_takes_itself_off(folder: Path) -> None:
    model = Net()
    optimizer = sgd(model)
    before = torch.autograd.backward, nn.Module.train, nn.functional.cross_entropy, torch.optim.Optimizer.zero_grad
    with traindx.record(model, optimizer, folder=folder):
        assert attached_session(torch) is not None
        train(model, optimizer, 3)
    assert attached_session(torch) is None
    after = torch.autograd.backward, nn.Module.train, nn.functional.cross_entropy, torch.optim.Optimizer.zero_grad
    assert before == after
    train(model, optimizer, 3)
    assert len(Recording.load(folder).step) == 3


def test_an_exception_passes_through_and_stands_in_the_recording(folder: Path) -> None:
    model = Net()
    with pytest.raises(RuntimeError), traindx.record(folder=folder):
        model(torch.zeros(1, 4, 12, 12))
    recording = Recording.load(folder)
    (event,) = recording.of("exception")
    assert recording.ending == "raised" and event.data["type"] == "RuntimeError"
    assert event.source is not None and event.source.path.endswith("conftest.py")


def test_a_failure_of_the_recorder_detaches_it_and_says_so_in_one_line(
    record: Record, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    model = Net()
    optimizer = sgd(model)
    with record():
        train(model, optimizer, 2)
        monkeypatch.setattr("traindx.recorder.measure.norms", lambda *_: 1 / 0)
        train(model, optimizer, 3)
        assert attached_session(torch) is None
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "ZeroDivisionError" in said and "training goes on" in said
    (event,) = Recording.load(folder).of("detached")
    assert event.step == 2


def test_a_training_that_never_steps_is_recorded_at_its_end(record: Record, folder: Path) -> None:
    model = Net()
    x, y = batch()
    with record():
        for _ in range(3):
            nn.functional.cross_entropy(model(x), y).backward()
    recording = Recording.load(folder)
    assert len(recording.step) == 0 and "backward" in recording.sources and "step" not in recording.sources


def test_models_are_not_kept_alive(record: Record, folder: Path) -> None:
    import gc
    import weakref

    with record():
        model = Net()
        train(model, sgd(model), 3)
        gone = weakref.ref(model)
        del model
        gc.collect()
        assert gone() is None
        another = nn.Sequential(nn.Flatten(), nn.Linear(432, 4))
        train(another, sgd(another), 3)
    recording = Recording.load(folder)
    assert recording.model == "Sequential" and len(recording.optimizers) == 2 and len(recording.step) == 6


def test_a_loop_without_an_optimizer_keeps_no_growing_memory(record: Record, folder: Path) -> None:
    weight = nn.Parameter(torch.ones(3))
    with record() as session:
        for _ in range(2000):
            weight.sum().backward()
        assert len(session.seen.current.losses) <= 1000 and len(session.seen.current.calls) <= 400
    assert Recording.load(folder).ending == "finished"


def test_copies_and_pickles_of_a_recorded_model_carry_no_hook(record: Record, tmp_path: Path) -> None:
    import copy

    model = Net()
    with record():
        train(model, sgd(model), 2)
        twin = copy.deepcopy(model)
        torch.save(model, tmp_path / "model.pt")
        scripted = torch.jit.script(model)
        criterion = torch.jit.script(nn.CrossEntropyLoss())
    x, y = batch()
    model.eval(), twin.eval(), scripted.eval()
    loaded = torch.load(tmp_path / "model.pt", weights_only=False).eval()
    for other in (twin, loaded, scripted):
        torch.testing.assert_close(other(x), model(x))
    assert criterion(model(x), y) == nn.functional.cross_entropy(model(x), y)


def test_what_somebody_else_puts_around_a_wrapper_stays_when_the_recorder_goes(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.autograd, "backward", torch.autograd.backward)
    monkeypatch.setattr(torch.optim.Optimizer, "zero_grad", torch.optim.Optimizer.zero_grad)
    model = Net()
    optimizer = sgd(model)
    with traindx.record(folder=folder):
        ours = torch.autograd.backward

        @functools.wraps(ours)
        def theirs(*arguments: Any, **named: Any) -> None:
            ours(*arguments, **named)

        torch.autograd.backward = theirs
        del torch.optim.Optimizer.zero_grad
        train(model, optimizer, 2, zero=False)
    assert torch.autograd.backward is theirs and attached_session(torch) is None
    with traindx.record(folder=folder.with_name("second")):
        train(model, optimizer, 3, zero=False)
    assert len(Recording.load(folder).step) == 2 and len(Recording.load(folder.with_name("second")).step) == 3
