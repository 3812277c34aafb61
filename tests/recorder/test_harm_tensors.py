"""Modes, kinds of tensors and classes of the user's that the recorder's own operations must not reach or change."""

from __future__ import annotations

import io
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.data import DataLoader

from tests.recorder.conftest import Net, Record, batch, train
from tests.recorder.test_harm_values import Weights, loop, recorded_and_not


def test_modes_of_the_users_see_the_operations_of_the_training_alone(record: Record, folder: Path) -> None:
    class Dispatched(TorchDispatchMode):
        seen = 0

        def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            self.seen += 1
            return function(*args, **(kwargs or {}))

    class Called(TorchFunctionMode):
        seen = 0

        def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            self.seen += 1
            return function(*args, **(kwargs or {}))

    def training() -> Any:
        model = Net()
        optimizer = torch.optim.SGD(model.parameters(), 0.05)
        with Dispatched() as dispatched, Called() as called:
            train(model, optimizer, 4)
        return dispatched.seen, called.seen, [p.detach().sum() for p in model.parameters()]

    recording = recorded_and_not(record, folder, training)
    assert len(recording.step) == 4 and (recording.grad_norm > 0).all()


def test_a_fake_training_and_complex_weights_end_nothing(record: Record, folder: Path) -> None:
    from torch._subclasses.fake_tensor import FakeTensorMode

    def training() -> Any:
        with FakeTensorMode():
            fake = torch.nn.Linear(4, 2)
            held = torch.optim.SGD(fake.parameters(), 0.1)
            fake(torch.ones(2, 4)).sum().backward()
            held.step()
        weight = torch.nn.Parameter(torch.ones(3, 3, dtype=torch.complex64))
        optimizer = torch.optim.SGD([weight], 0.1)
        for _ in range(3):
            (weight @ torch.ones(3, 3, dtype=torch.complex64)).abs().sum().backward()
            optimizer.step()
        return weight.detach(), loop([batch(seed=0), batch(seed=1)], lambda pair: pair)

    recorded_and_not(record, folder, training)


class Marked(torch.Tensor):
    """Counts the functions that reach it."""

    seen = 0

    @classmethod
    def __torch_function__(cls, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        cls.seen += 1
        return super().__torch_function__(function, types, args, kwargs or {})


def _inputs() -> dict[str, Callable[[], torch.Tensor]]:
    return {
        "marked": lambda: torch.randn(2, 4).as_subclass(Marked),
        "csr": lambda: torch.eye(4).to_sparse_csr(),
        "coo": lambda: torch.eye(4).to_sparse(),
        "nested": lambda: torch.nested.nested_tensor([torch.randn(2, 4), torch.randn(3, 4)]),
        "jagged": lambda: torch.nested.nested_tensor([torch.ones(2, 4), torch.ones(3, 4)], layout=torch.jagged),
    }


@pytest.mark.parametrize("name", _inputs())
def test_tensors_of_other_kinds_are_left_alone(name: str, record: Record, folder: Path) -> None:
    class Any_(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.linear = torch.nn.Linear(4, 4)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            if x.layout in (torch.sparse_csr, torch.sparse_coo):
                return torch.sparse.mm(x, self.linear.weight).sum()
            y = self.linear(x)
            return (y.to_padded_tensor(0.0) if y.is_nested else y).sum().as_subclass(torch.Tensor)

    def training() -> Any:
        Marked.seen, model = 0, Any_()
        optimizer = torch.optim.SGD(model.parameters(), 0.05)
        for x in DataLoader([_inputs()[name]() for _ in range(6)], None, collate_fn=lambda x: x):  # type: ignore[arg-type]
            optimizer.zero_grad()
            model(x).backward()
            optimizer.step()
        return Marked.seen, [p.detach().sum() for p in model.parameters()]

    assert len(recorded_and_not(record, folder, training).step) == 6


def test_parameters_without_a_shape_count_nothing_until_they_have_one(record: Record, folder: Path) -> None:
    def training() -> Weights:
        model = torch.nn.Sequential(torch.nn.Linear(4, 4), torch.nn.LazyLinear(3))
        model.add_module("unused", torch.nn.ModuleList([torch.nn.LazyLinear(2)]))
        model.forward = lambda x: model[1](model[0](x))  # type: ignore[method-assign, assignment]
        optimizer = torch.optim.SGD(model.parameters(), 0.05)
        for _ in range(3):
            model(torch.randn(2, 4)).sum().backward()
            optimizer.step()
        return [p.detach().sum() for p in (*model[0].parameters(), *model[1].parameters())]

    assert (recorded_and_not(record, folder, training).grad_norm > 0).all()


@pytest.mark.filterwarnings("error:Converting a tensor with requires_grad")
def test_gradients_that_have_gradients_are_read_without_a_warning(record: Record, folder: Path) -> None:
    def training() -> Weights:
        model = torch.nn.Linear(4, 2)
        optimizer = torch.optim.SGD(model.parameters(), 0.05)
        for _ in range(3):
            optimizer.zero_grad()
            model(torch.randn(3, 4)).pow(2).sum().backward(create_graph=True)
            optimizer.step()
        weights = [p.detach().sum() for p in model.parameters()]
        model.zero_grad()
        return weights

    recorded_and_not(record, folder, training)


class OwnCall(Net):
    """A class with a call of its own."""

    def __call__(self, *args: Any) -> Any:
        return super().__call__(*args)


def test_the_call_of_a_class_is_pickled_by_the_standard_library_alone(record: Record) -> None:
    model, own = OwnCall(), vars(OwnCall)["__call__"]
    held = io.BytesIO()
    with record():
        train(model, torch.optim.SGD(model.parameters(), 0.1), 4)
        assert vars(OwnCall)["__call__"] is not own
        pickle.dump(vars(OwnCall)["__call__"].__reduce__()[0], held)
        assert pickle.loads(pickle.dumps(vars(Net).get("__call__"))) is None
        function, arguments = vars(OwnCall)["__call__"].__reduce__()
    assert function(*arguments) is own
    load = "import pickle, sys; pickle.load(sys.stdin.buffer); assert not any('traindx' in n for n in sys.modules)"
    subprocess.run([sys.executable, "-S", "-I", "-c", load], input=held.getvalue(), check=True)
