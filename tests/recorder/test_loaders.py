"""Loaders are described, their orders and passes compared, and their workers asked how their random generators stand."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader, Dataset, TensorDataset

from tests.recorder.conftest import Done, Net, Record, batch
from traindx.core.loaders import Loaders, loaders_of
from traindx.core.recording import Recording
from traindx.recorder.probes.loaders import HASHED, SHOWN, Draws

WORKERS = """
import random
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset, IterableDataset

class Pictures(Dataset):
    def __init__(self):
        self.rng = np.random.default_rng(0)
    def __len__(self):
        return 24
    def __getitem__(self, index):
        return torch.randn(6) + self.rng.random() + np.random.rand() + random.random(), index % 2

class Stream(IterableDataset):
    def __iter__(self):
        for number in range(8):
            yield torch.full((6,), float(number)), number % 2

def same_seed(worker):
    np.random.seed(1)

def main():
    torch.manual_seed(0)
    model = nn.Linear(6, 2)
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    def seeded(method):
        return DataLoader(Pictures(), 4, num_workers=2, worker_init_fn=same_seed, multiprocessing_context=method)
    stream = DataLoader(Stream(), 4, num_workers=2, persistent_workers=True, multiprocessing_context="fork")
    for loader, epochs in ((seeded("fork"), 2), (stream, 2), (seeded("spawn"), 1)):
        for epoch in range(epochs):
            for x, y in loader:
                optimizer.zero_grad()
                nn.functional.cross_entropy(model(x), y).backward()
                optimizer.step()

if __name__ == "__main__":
    main()
"""


def step(model: torch.nn.Module, optimizer: torch.optim.Optimizer, batch: Sequence[torch.Tensor]) -> None:
    torch.nn.functional.cross_entropy(model(batch[0]), batch[1]).backward()
    optimizer.step()
    optimizer.zero_grad()


def recorded(record: Record, folder: Path, *loaders: DataLoader[list[torch.Tensor]], epochs: int = 2) -> Loaders:
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    with record():
        for loader in loaders:
            for _ in range(epochs):
                for batch in loader:
                    step(model, optimizer, batch)
    return loaders_of(Recording.load(folder))


def pictures(count: int) -> TensorDataset:
    return TensorDataset(torch.randn(count, 3, 12, 12), torch.randint(0, 4, (count,)))


def test_a_loader_its_passes_and_their_order_are_recorded(record: Record, folder: Path) -> None:
    drawn: list[int] = []

    class Told(torch.utils.data.RandomSampler):
        def __iter__(self) -> Iterator[int]:
            for index in super().__iter__():
                drawn.append(index)
                yield index

    data = pictures(20)
    found = recorded(record, folder, DataLoader(data, 8, sampler=Told(data)))
    (loader,) = found.loaders
    assert loader.source is not None and loader.source.path.endswith("test_loaders.py")
    facts = loader.facts
    assert loader.place("shuffle").line == loader.source.line  # it was made before the recording
    assert (facts["length"], facts["batch_size"], facts["drop_last"], facts["workers"]) == (20, 8, False, 0)
    assert facts["samplers"] == ["BatchSampler", "Told"] and facts["dataset"] == "TensorDataset"
    assert [(p.batches, p.last, p.ended, p.over) for p in found.training] == [(3, 4, "exhausted", 20)] * 2
    assert [list(p.first) for p in found.passes] == [drawn[:SHOWN], drawn[20 : 20 + SHOWN]]
    assert all(0 < p.first_wait <= p.wait + 0.1 and 0 < p.waiting < 1 for p in found.passes)


def test_a_pass_whose_gradients_are_switched_off_inside_of_the_loop_is_no_training(
    record: Record, folder: Path
) -> None:
    model, held_out = Net(), DataLoader(pictures(16), 8)
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    with record():
        for _ in range(2):
            for batch in DataLoader(pictures(16), 8, shuffle=True):
                step(model, optimizer, batch)
            for x, _ in held_out:
                with torch.no_grad():
                    model(x)
    found = loaders_of(Recording.load(folder))
    assert [p.training for p in found.passes] == [True, False, True, False]


def test_an_order_that_comes_back_is_named_though_the_loader_is_made_anew(record: Record, folder: Path) -> None:
    data, model = pictures(16), Net()
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    with record():
        for _ in range(3):
            generator = torch.Generator().manual_seed(3)
            for batch in DataLoader(data, 8, shuffle=True, generator=generator):
                step(model, optimizer, batch)
    found = loaders_of(Recording.load(folder))
    assert [(p.number, p.made, p.same_as) for p in found.passes] == [(0, 1, None), (1, 2, 0), (2, 3, 0)]
    assert len(found.loaders) == 1 and found.loaders[0].facts["shuffle"] is True


def test_a_pass_that_is_left_and_a_sample_that_fails_are_told(record: Record, folder: Path) -> None:
    class Broken(Dataset[tuple[torch.Tensor, int]]):
        def __len__(self) -> int:
            return 12

        def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
            if index == 9:
                raise ValueError("picture 9 is cut")
            return torch.randn(3, 12, 12), 1

    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    with record():
        for number, batch in enumerate(DataLoader(pictures(40), 4)):
            step(model, optimizer, batch)
            if number == 4:
                break
        with pytest.raises(ValueError, match="picture 9"):
            for batch in DataLoader(Broken(), 4):
                step(model, optimizer, batch)
    found = loaders_of(Recording.load(folder))
    assert [(p.batches, p.ended) for p in found.passes] == [(5, "left"), (2, "error")]
    (failed,) = Recording.load(folder).of("loader_failed")
    assert failed.data["message"] == "picture 9 is cut" and failed.data["loader"] == 1 and failed.data["workers"] == []


class Deadly(Dataset[torch.Tensor]):
    """Its eighth sample ends the process that asks for it."""

    def __len__(self) -> int:
        return 12

    def __getitem__(self, index: int) -> torch.Tensor:
        if index == 8:
            time.sleep(2)  # until the training waits for it
            os.kill(os.getpid(), signal.SIGKILL)
        return torch.randn(3, 12, 12)


def test_a_worker_that_dies_is_named_with_its_signal(record: Record, folder: Path) -> None:
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    with record(), pytest.raises(RuntimeError, match="DataLoader worker"):
        step(model, optimizer, batch())
        for x in DataLoader(Deadly(), 4, num_workers=1, multiprocessing_context="fork"):
            step(model, optimizer, [x, torch.zeros(len(x), dtype=torch.long)])
    (failed,) = Recording.load(folder).of("loader_failed")
    assert [(w["worker"], w["status"]) for w in failed.data["workers"]] == [(0, -signal.SIGKILL)]


def test_a_loader_that_gives_nothing_has_a_pass_without_batches(record: Record, folder: Path) -> None:
    found = recorded(record, folder, DataLoader(pictures(8), 4), DataLoader(pictures(6), 8, drop_last=True), epochs=1)
    assert [(p.loader, p.batches, p.ended, p.training) for p in found.passes] == [
        (0, 2, "exhausted", True),
        (1, 0, "exhausted", True),
    ]
    assert [loader.facts["batches"] for loader in found.loaders] == [2, 0]


def test_ultralytics_endless_loader_has_passes(record: Record, folder: Path) -> None:
    from ultralytics.data.build import InfiniteDataLoader

    loader = InfiniteDataLoader(pictures(24), batch_size=8, shuffle=True, num_workers=0)
    found = recorded(record, folder, loader, epochs=3)
    assert [(p.number, p.batches, p.ended, p.over) for p in found.passes] == [(n, 3, "exhausted", 24) for n in range(3)]
    assert len({p.order for p in found.passes}) == 3 and found.loaders[0].facts["batches"] == 3


def test_timms_prefetching_loader_is_seen_through(record: Record, folder: Path) -> None:
    from timm.data.loader import PrefetchLoader

    inner = DataLoader(pictures(16), 8)
    found = recorded(record, folder, PrefetchLoader(inner, device=torch.device("cpu"), img_dtype=torch.float32))
    assert [(p.batches, p.ended, p.training) for p in found.passes] == [(2, "exhausted", True)] * 2


def test_workers_with_one_numpy_seed_are_found_by_fork_and_by_spawn_and_write_no_recording(
    run: Callable[..., Done],
) -> None:
    done = run(WORKERS)
    assert done.result.exit_status == 0, done.output
    found = loaders_of(done.recording)
    first, second, stream, again, spawned = found.training
    assert [w.number for w in found.crew(first)] == [w.number for w in found.crew(spawned)] == [0, 1]
    assert found.alike(first) == found.alike(spawned) == ("dataset.rng", "numpy")
    assert found.repeats(second, first) == ("dataset.rng", "numpy")
    assert found.same_stream(stream) and not found.same_stream(first)
    assert found.alike(stream) == () and found.repeats(again, stream) == ()
    assert [loader.facts["context"] for loader in found.loaders] == ["fork", "fork", "spawn"]
    assert {p.name for p in done.folder.glob("*.jsonl")} - {"watch.jsonl"} == {"rank-0.jsonl"}


def test_indices_are_hashed_up_to_a_bound_and_none_is_read_from_what_is_no_number() -> None:
    draws = Draws()
    for _ in range(300):
        draws.add(list(range(8)))
    assert draws.fields() | {"order": ""} == {
        "order": "",
        "over": HASHED,
        "first": [*range(8), *range(8)],
        "drawn": 2400,
        "last": 8,
    }
    draws.add([object()])
    assert draws.fields()["over"] == HASHED
    other = Draws()
    other.add([np.int64(3), (1, torch.tensor(2)), "a"])
    assert other.fields()["first"] == [3, [1, 2], "a"]
    other.add([object()])
    assert other.fields() == {"order": None, "drawn": 4, "last": 1}


def test_the_weights_of_a_sampler_are_counted(record: Record, folder: Path) -> None:
    x, y = batch()
    weights = torch.tensor([0.25, 1.0])[torch.arange(len(y)) % 2]
    sampler = torch.utils.data.WeightedRandomSampler(weights.tolist(), len(y))
    seen = recorded(record, folder, DataLoader(TensorDataset(x, y), 4, sampler=sampler), epochs=1)
    assert seen.loaders[0].facts["weights"] == [[0.25, len(y) // 2], [1.0, len(y) // 2]]
