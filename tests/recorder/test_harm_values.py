"""Values of the user's that do something when they are looked at: a recorded training never looks."""

from __future__ import annotations

import collections
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from torch.nn import functional
from torch.utils.data import (
    BatchSampler,
    DataLoader,
    Dataset,
    IterableDataset,
    SequentialSampler,
    Subset,
    TensorDataset,
)

from tests.recorder.conftest import Net, Record, batch
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
