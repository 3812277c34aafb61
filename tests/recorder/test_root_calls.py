"""Once it is known which module the root is, only its class is watched, and nothing of it is left behind."""

from __future__ import annotations

import copy
import inspect
import pickle
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.nn.modules import module as modules

from tests.recorder.conftest import Net, Record, batch, train
from traindx.core.recording import Recording


def sgd(model: torch.nn.Module) -> torch.optim.Optimizer:
    return torch.optim.SGD(model.parameters(), 0.05)


def test_no_module_is_hooked_on_steps_that_are_not_recorded(record: Record) -> None:
    model = Net()
    with record() as session:
        train(model, sgd(model), 12)
        session.seen.schedule.wants = lambda *_: False  # type: ignore[method-assign]
        train(model, sgd(model), 3)
        hooks = modules._global_forward_pre_hooks, modules._global_forward_hooks  # type: ignore[attr-defined]
        assert not any(hooks) and "__call__" in vars(Net)
    assert "__call__" not in vars(Net) and not any(hooks)


def test_every_step_is_still_seen(record: Record, folder: Path) -> None:
    model = Net()
    with record():
        train(model, sgd(model), 40)
        model.eval()
        with torch.no_grad():
            for seed in range(3):
                torch.nn.functional.cross_entropy(model(batch(seed=seed)[0]), batch(seed=seed)[1])
        model.train()
        train(model, sgd(model), 5)
    recording = Recording.load(folder)
    assert list(recording.step) == list(range(45)) and set(recording.calls) == {"zfbs"}
    assert [validation.batches for validation in recording.validations] == [3]


def test_a_class_with_a_call_of_its_own_gets_it_back(record: Record, folder: Path) -> None:
    class Own(Net):
        def __call__(self, *args: Any, **kwargs: Any) -> Any:
            return 2 * super().__call__(*args, **kwargs)

    model, own = Own(), vars(Own)["__call__"]
    x = batch()[0]
    with record():
        train(model, sgd(model), 4)
        assert vars(Own)["__call__"] is not own
        model.eval()
        torch.testing.assert_close(model(x), 2 * Net.__call__(model, x))
    assert vars(Own)["__call__"] is own
    assert len(Recording.load(folder).step) == 4


def test_a_copy_a_pickle_and_a_class_pickled_by_value_know_nothing_of_it(record: Record) -> None:
    model = Net()
    with record():
        train(model, sgd(model), 4)
        twin = copy.deepcopy(model)
        pickle.loads(pickle.dumps(model))
        by_value = pickle.dumps(vars(Net)["__call__"])
        assert inspect.signature(model) == inspect.signature(twin)
    assert pickle.loads(by_value) is torch.nn.Module.__call__


def test_tools_that_trace_a_model_still_can(record: Record) -> None:
    model, x = Net().eval(), batch()[0]
    with record():
        train(model, sgd(model), 4)
        model.eval()
        expected = model(x)
        torch.testing.assert_close(torch.jit.trace(model, x)(x), expected)
        torch.testing.assert_close(torch.fx.symbolic_trace(model)(x), expected)
        torch.testing.assert_close(torch.export.export(model, (x,)).module()(x), expected)


def test_an_error_in_the_model_names_the_same_lines(record: Record) -> None:
    model = Net()
    with record():
        train(model, sgd(model), 4)
        with pytest.raises(RuntimeError) as error:
            model(torch.zeros(1, 5, 12, 12))
    own = [str(entry.path) for entry in error.traceback if "traindx/recorder" in str(entry.path)]
    assert len(own) <= 1
