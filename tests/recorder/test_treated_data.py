"""A treatment of batches does what a person would write: the treated run ends with the weights of the mended one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset, RandomSampler, Subset, TensorDataset, WeightedRandomSampler
from torch.utils.data.distributed import DistributedSampler

from tests.recorder.conftest import Record, batch
from tests.recorder.treated import alike, plain, trained, treated
from traindx.core import data_treatments as data
from traindx.core.treatment import Treatment


def pictures(rare: int = 6) -> TensorDataset:
    """Drawn pictures, sorted by class; the last class has few of them."""
    x = torch.cat([batch(seed=n)[0] for n in range(6)])
    y = torch.cat([torch.zeros(24), torch.ones(24 - rare), torch.full((rare,), 2.0)]).long()
    return TensorDataset(x, y)


def loading(
    make: Callable[[], Iterable[Any]], step: Callable[..., None] = plain, epochs: int = 2
) -> Callable[[], nn.Module]:
    """A training over a loader."""

    def run() -> nn.Module:
        torch.manual_seed(0)
        loader = make()

        def batches() -> Iterable[Any]:
            for _ in range(epochs):
                yield from loader

        return trained(step, batches=batches())

    return run


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def drawn(sampler: Callable[[TensorDataset], Any], **settings: Any) -> Callable[[], nn.Module]:
    return loading(lambda: DataLoader(pictures(), 8, sampler=sampler(pictures()), **settings))


IN_ORDER = loading(lambda: DataLoader(pictures(), 8))
SHUFFLED = drawn(lambda d: RandomSampler(d, generator=generator()))


def test_batches_in_the_order_of_the_files_are_shuffled(record: Record) -> None:
    found = treated(record, data.shuffle(), IN_ORDER)
    assert alike(found, SHUFFLED()) and not alike(found, IN_ORDER())


def test_shuffled_batches_are_sorted_and_shuffled_again(record: Record) -> None:
    shuffled = loading(lambda: DataLoader(pictures(), 8, shuffle=True))
    sort = (data.sort_by_class(),)
    assert alike(treated(record, sort, shuffled), IN_ORDER())


def test_what_was_sorted_is_shuffled_by_what_undoes_it(record: Record) -> None:
    shuffled = loading(lambda: DataLoader(pictures(), 8, shuffle=True))
    assert alike(treated(record, (data.sort_by_class(), data.shuffle()), shuffled), SHUFFLED())


def test_a_loader_that_is_validated_with_keeps_its_order(record: Record) -> None:
    loader = DataLoader(pictures(), 8)
    with record(data.shuffle()), torch.no_grad():
        seen = torch.cat([y for _, y in loader])
    assert torch.equal(seen, pictures().tensors[1])


def test_rare_classes_are_oversampled(record: Record) -> None:
    def weighted(dataset: TensorDataset) -> Any:
        labels = dataset.tensors[1]
        return WeightedRandomSampler(1 / torch.bincount(labels).double()[labels], 48, generator=generator())

    assert alike(treated(record, data.oversample(), loading(lambda: DataLoader(pictures(), 8))), drawn(weighted)())


def test_of_each_class_as_many_are_drawn_as_the_rarest_has(record: Record) -> None:
    loader = DataLoader(Subset(pictures(), range(10, 48)), 100, shuffle=True)
    with record(data.undersample()):
        passes = [[y for _, y in loader] for _ in range(2)]
    assert [torch.bincount(torch.cat(p)).tolist() for p in passes] == [[6, 6, 6]] * 2
    assert not torch.equal(torch.cat(passes[0]), torch.cat(passes[1]))


def told(tell: bool) -> Callable[[], nn.Module]:
    def run() -> nn.Module:
        torch.manual_seed(0)
        sampler = DistributedSampler(pictures(), num_replicas=2, rank=0)
        loader = DataLoader(pictures(), 8, sampler=sampler)

        def batches() -> Iterable[Any]:
            for epoch in range(3):
                if tell:
                    sampler.set_epoch(epoch)
                yield from loader

        return trained(batches=batches())

    return run


def test_a_distributed_sampler_is_told_the_epoch(record: Record) -> None:
    found = treated(record, data.tell_epoch(), told(False))
    assert alike(found, told(True)()) and not alike(found, told(False)())


def test_a_sampler_that_is_told_the_epoch_is_left_alone(record: Record) -> None:
    assert alike(treated(record, data.tell_epoch(), told(True)), told(True)())


def test_batches_are_made_larger_smaller_and_full(record: Record) -> None:
    sizes: dict[str, list[int]] = {}
    cases: dict[str, Treatment] = {
        "larger": data.scale_batch(2.5),
        "smaller": data.scale_batch(0.1),
        "full": data.drop_last(),
    }
    for name, treatment in cases.items():
        with record(treatment):
            sizes[name] = [len(y) for _, y in DataLoader(pictures(), 10)]
    assert sizes == {"larger": [25, 23], "smaller": [1] * 48, "full": [10] * 4}


class Noisy(Dataset[Any]):
    """Samples with noise of the dataset's own generator, which every worker has a copy of."""

    def __init__(self) -> None:
        self.generator = np.random.default_rng(0)

    def __len__(self) -> int:
        return 8

    def __getitem__(self, index: int) -> float:
        return float(self.generator.random())


def test_workers_draw_numbers_of_their_own(record: Record) -> None:
    def passes() -> list[list[float]]:
        loader = DataLoader(Noisy(), 1, num_workers=2)
        return [[float(v) for v in loader] for _ in range(2)]

    alone = passes()
    assert len(set(alone[0])) == 4 and alone[0] == alone[1]
    with record(data.seed_workers()):
        treated_ones = passes()
    assert len(set(treated_ones[0])) == 8 and treated_ones[0] != treated_ones[1]


def test_samples_are_prepared_by_workers(record: Record) -> None:
    with record(data.more_workers(2)):
        loader = DataLoader(pictures(), 8)
        assert loader.num_workers == 2 and torch.equal(torch.cat([y for _, y in loader]), pictures().tensors[1])


def spoiled(value: float) -> list[Any]:
    batches = [batch(seed=n) for n in range(14)]
    batches[11] = (batches[11][0] * value, batches[11][1])
    return batches


@pytest.mark.parametrize("value", [float("nan"), 300.0])
def test_a_batch_unlike_the_others_is_left_out(record: Record, value: float) -> None:
    def run(batches: list[Any]) -> nn.Module:
        return trained(batches=DataLoader(batches, batch_size=None))  # type: ignore[arg-type]

    found = treated(record, data.only_usual_batches(), lambda: run(spoiled(value)))
    usual = [b for n, b in enumerate(spoiled(value)) if n != 11]
    assert alike(found, run(usual))


def test_only_what_is_not_finite_is_left_out_where_that_is_asked_for(record: Record) -> None:
    with record(data.only_usual_batches(0.0)):
        kept = list(DataLoader(spoiled(300.0), batch_size=None))  # type: ignore[arg-type]
        finite = list(DataLoader(spoiled(float("inf")), batch_size=None))  # type: ignore[arg-type]
    assert len(kept) == 14 and len(finite) == 13


def test_red_and_blue_are_exchanged(record: Record) -> None:
    def flipped(network: nn.Module, optimizer: Any, x: torch.Tensor, y: torch.Tensor) -> None:
        plain(network, optimizer, x.flip(1), y)

    assert alike(treated(record, data.flip_channels(), trained), trained(flipped))
    assert alike(treated(record, (data.flip_channels(), data.flip_channels()), trained), trained())


def test_validation_is_given_numbers_of_the_scale_of_training(record: Record, folder: Path) -> None:
    seen: list[torch.Tensor] = []

    def go(network: nn.Module, optimizer: Any, x: torch.Tensor, y: torch.Tensor) -> None:
        plain(network, optimizer, x, y)
        network.conv.register_forward_pre_hook(lambda m, a: seen.append(a[0].detach().clone()))  # type: ignore[union-attr,operator]
        network.eval()
        with torch.no_grad():
            network(x * 100 + 50)
        network.train()

    treated(record, data.validate_as_trained(), lambda: trained(go, steps=1))
    torch.testing.assert_close(seen[-1], batch()[0], rtol=1e-3, atol=1e-4)
