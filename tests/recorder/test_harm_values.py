"""Values of the user's that do something when they are looked at: a recorded training never looks."""

from __future__ import annotations

import collections
import io
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.nn import functional
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.data import (
    BatchSampler,
    DataLoader,
    Dataset,
    IterableDataset,
    SequentialSampler,
    Subset,
    TensorDataset,
)

from tests.recorder.conftest import Net, Record, batch, train
from traindx.core.recording import Recording
from traindx.recorder import loader_facts
from traindx.recorder.contents import attributes, mapping, sequence

Weights = list[torch.Tensor]


def recorded_and_not(record: Record, folder: Path, training: Callable[[], Any]) -> Recording:
    """Run a training with and without the recorder: it must give the same, and no part of the recorder may have ended."""
    torch.manual_seed(0)
    plain = training(), torch.rand(1).item()
    torch.manual_seed(0)
    with record():
        recorded = training(), torch.rand(1).item()
    assert repr(recorded) == repr(plain)
    recording = Recording.load(folder)
    assert recording.of("probe_failed") == recording.of("detached") == []
    return recording


def loop(loader: Any, given: Callable[[Any], tuple[Any, Any]]) -> Weights:
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), 0.05)
    for item in loader:
        x, y = given(item)
        optimizer.zero_grad()
        functional.cross_entropy(model(x), y).backward()
        optimizer.step()
    return [p.detach().sum() for p in model.parameters()]


class Trap:
    """Raises whatever is asked of it."""

    def _sprung(self, *_: Any) -> Any:
        raise AssertionError("looked at")

    __eq__ = __bool__ = __len__ = __repr__ = __iter__ = __getattr__ = __getitem__ = __str__ = __int__ = __hash__ = (
        _sprung  # type: ignore[assignment]
    )
    __class__ = property(_sprung)  # type: ignore[assignment]


class TrapList(list[Any]):
    """A list whose items are made when they are asked for."""

    def __getitem__(self, at: Any) -> Any:
        raise AssertionError("item made")

    __iter__ = __len__ = __getitem__  # type: ignore[assignment]


class TrapDict(dict[Any, Any]):
    """A dict whose values are made when they are asked for."""

    def values(self) -> Any:
        raise AssertionError("values made")

    __getitem__ = __iter__ = get = items = keys = values  # type: ignore[assignment]


class Lazy(Mapping[str, Any]):
    """A batch that augments when a value is asked for."""

    def __init__(self, x: torch.Tensor, y: torch.Tensor) -> None:
        self.x, self.y = x, y

    def __getitem__(self, key: str) -> torch.Tensor:
        return self.x + torch.randn_like(self.x) if key == "x" else self.y

    def __iter__(self) -> Iterator[str]:
        return iter(("x", "y"))

    def __len__(self) -> int:
        return 2


def test_the_values_of_a_batch_that_makes_them_on_demand_are_not_made(record: Record, folder: Path) -> None:
    data = [batch(1, seed) for seed in range(32)]

    def collate(samples: list[Any]) -> Lazy:
        return Lazy(torch.cat([x for x, _ in samples]), torch.cat([y for _, y in samples]))

    loader: Any = DataLoader(data, 8, collate_fn=collate)  # type: ignore[arg-type]
    recorded_and_not(record, folder, lambda: loop(loader, lambda lazy: (lazy["x"], lazy["y"])))


def test_objects_that_raise_when_touched_go_through_a_batch_and_a_model_untouched(record: Record, folder: Path) -> None:
    class Odd(Dataset[Any]):
        def __init__(self) -> None:
            self.reader, self.classes, self.rng, self.held = Trap(), Trap(), TrapList([Trap()]), {"a": Trap(), Trap: 1}

        def __getattr__(self, name: str) -> Any:
            raise AssertionError(name)

        def __len__(self) -> int:
            return 16

        def __getitem__(self, at: int) -> Any:
            return batch(2, at)

    class Taking(Net):
        def forward(self, x: torch.Tensor, *others: Any, **named: Any) -> torch.Tensor:
            return super().forward(x)

    def training() -> Weights:
        model = Taking()
        optimizer = torch.optim.SGD(model.parameters(), 0.05)
        for index, (x, y) in enumerate(DataLoader(Odd(), None, collate_fn=lambda pair: pair)):
            odd: Any = (Trap(), [Trap(), x], {"t": Trap(), None: [Trap()]}, TrapList([x]), TrapDict(x=x))[index % 5]
            functional.cross_entropy(model(x, odd, target=odd), y).backward()
            optimizer.step()
        return [p.detach().sum() for p in model.parameters()]

    assert len(recorded_and_not(record, folder, training).step) == 16


def test_what_a_stream_yields_is_not_touched(record: Record, folder: Path) -> None:
    class Stream(IterableDataset[Any]):
        def __getattr__(self, name: str) -> Any:
            raise AssertionError(name)

        def __iter__(self) -> Iterator[Any]:
            for at in range(12):
                pair = batch(4, at)
                yield [(Trap(), pair), [pair, Trap()], {"a": Trap(), "b": pair}, TrapList([pair])][at % 4]

    def given(item: Any) -> Any:
        if type(item) is dict:
            return item["b"]
        items = list.__getitem__(item, slice(None)) if isinstance(item, list) else item
        return next(i for i in items if type(i) is tuple)

    recorded_and_not(record, folder, lambda: loop(DataLoader(Stream(), None, collate_fn=lambda item: item), given))


def test_what_containers_hold_is_read_as_python_stores_it() -> None:
    class Own(dict[str, int]):
        pass

    Pair = collections.namedtuple("Pair", "a b")
    assert mapping(collections.OrderedDict(a=1)) == mapping(Own(a=1)) == mapping(collections.UserDict(a=1)) == {"a": 1}
    assert mapping(TrapDict(a=1)) == {"a": 1} and sequence(TrapList([1])) == [1] and sequence(Pair(1, 2)) == (1, 2)
    assert mapping(Lazy(*batch())) is sequence("ab") is mapping(Trap()) is sequence(Trap()) is None
    assert attributes(Trap()) == attributes(3) == {} and set(attributes(Lazy(*batch()))) == {"x", "y"}


PROXY = """
import torch
class Proxy:
    def __init__(self, make): object.__setattr__(self, 'make', make)
    @property
    def __class__(self): return type(object.__getattribute__(self, 'make')())
    def __getattr__(self, name): return getattr(object.__getattribute__(self, 'make')(), name)
def load():
    print('loaded', flush=True)
    return []
class Data(torch.utils.data.Dataset):
    def __init__(self): self.held = Proxy(load)
    def __len__(self): return 16
    def __getitem__(self, at): return torch.rand(3, 8, 8), at % 4
if __name__ == '__main__':
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(192, 4))
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    for workers in (0, 1):
        for x, y in torch.utils.data.DataLoader(Data(), 8, num_workers=workers):
            torch.nn.functional.cross_entropy(model(x), y).backward()
            optimizer.step()
    print('done')
"""


def test_a_proxy_in_a_dataset_is_not_loaded(run: Callable[..., Any]) -> None:
    done = run(PROXY)
    assert done.output.split() == ["done"]
    assert len(done.recording.step) == 4 and done.recording.of("probe_failed") == []


class Counted(Dataset[Any]):
    """Notes each time its length is asked for."""

    def __init__(self) -> None:
        self.asked = 0

    def __len__(self) -> int:
        self.asked += 1
        return 10

    def __getitem__(self, at: int) -> Any:
        return batch(1, at)[0][0], at % 4


def test_a_length_is_asked_only_where_torch_asks_it() -> None:
    data = Counted()
    listed: Any = [[0, 1], [2, 3]]
    for sampler in (listed, BatchSampler(torch.utils.data.SubsetRandomSampler([1, 2]), 2, False)):
        facts = loader_facts.facts(DataLoader(data, batch_sampler=sampler))
        assert facts["length"] is facts["batches"] is None and data.asked == 0
    loader = DataLoader(data, 4)
    facts = loader_facts.facts(loader)
    assert (facts["length"], facts["batches"], data.asked) == (10, 3, 1)


def test_lengths_that_torch_and_python_count_are_read(record: Record) -> None:
    known = TensorDataset(torch.zeros(9, 2))

    def counted(loader: Any) -> tuple[Any, Any]:
        facts = loader_facts.facts(loader)
        assert facts["batches"] == len(loader)
        return facts["length"], facts["batches"]

    assert counted(DataLoader(known, 4, shuffle=True)) == (9, 3)
    assert counted(DataLoader(known + known, 4, drop_last=True)) == (18, 4)
    assert counted(DataLoader(Subset(known, [1, 2, 3]), 2)) == (3, 2)
    drawn = torch.utils.data.WeightedRandomSampler([1.0] * 9, 5)
    assert counted(DataLoader(known, 2, sampler=drawn)) == (9, 3)
    assert counted(DataLoader(known, 2, sampler=torch.utils.data.RandomSampler(known, num_samples=4))) == (9, 2)
    assert counted(DataLoader(known, 2, sampler=torch.utils.data.SubsetRandomSampler([1, 2, 3]))) == (9, 2)
    assert counted(DataLoader(list(range(7)), batch_sampler=BatchSampler(SequentialSampler(range(7)), 3, True))) == (
        7,
        2,
    )  # type: ignore[arg-type]


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
