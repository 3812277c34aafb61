"""R105: each rank goes over the whole dataset."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from traindx.checks.ranks.batches_shared import training_loader, why
from traindx.checks.ranks.example import two_ranks
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.ranks import ranks_of
from traindx.core.recording import Recording


@check("R105", level="warning")
def whole_dataset_on_each_rank(recording: Recording) -> Iterator[Finding | Measured]:
    """In an epoch each rank draws every sample of the dataset, in an order of its own.

    ## Why is this bad?
    An epoch is `world_size` passes over the data, so that schedules in epochs are too long by that factor, and what one rank has
    seen the others see as well. Some do it on purpose, with an endless random order.

    ## How to fix
    `sampler=DistributedSampler(dataset)` in the loader instead of `shuffle=True`, and `sampler.set_epoch(epoch)` in each epoch.
    """
    ranks = ranks_of(recording)
    if ranks is None or len(ranks.numbers) < 2 or ranks.is_tensor_parallel or not ranks.wrappers:
        raise NotEnough("needs several ranks that train replicas of one model")
    loader = training_loader(recording)
    passes = [p for own in ranks.passes.values() for p in own[:1] if p.ended == "exhausted" and p.drawn]
    length = loader.facts.get("length") if loader is not None else None
    if loader is None or not length or len(passes) < len(ranks.numbers):
        raise NotEnough("needs a whole epoch of a dataset of known length on each rank")
    drawn = min(p.drawn for p in passes)
    yield Measured("samples drawn by each rank in an epoch", drawn, f"{length} / {len(ranks.numbers)}")
    if drawn >= 0.95 * length and loader.facts.get("distributed") is None:
        source = loader.source
        place = Place(source.path, source.line, setting="sampler") if source else Place(setting="sampler")
        yield Finding(
            place, f"each of {len(ranks.numbers)} ranks draws {drawn} of {length} samples in an epoch{why(loader)}"
        )


def _lines(drawn: int, **more: Any) -> list[Mapping[str, Any]]:
    loader = {
        "kind": "loader",
        "loader": 0,
        "step": 0,
        "length": 64,
        "samplers": ["BatchSampler", "RandomSampler"],
        **more,
    }
    told = {
        "kind": "pass",
        "loader": 0,
        "pass": 0,
        "step": 0,
        "training": True,
        "ended": "exhausted",
        "batches": drawn // 8,
    }
    return [{**loader, "path": "train.py", "line": 8}, {**told, "drawn": drawn}]


@whole_dataset_on_each_rank.fires_on
def shuffled_without_a_distributed_sampler() -> Facts:
    return {"recording": two_ranks(_lines(64), _lines(64))}


@whole_dataset_on_each_rank.quiet_on
def each_draws_its_half() -> Facts:
    sampler = {"num_replicas": 2, "rank": 0}
    return {"recording": two_ranks(_lines(32, distributed=sampler), _lines(32, distributed=sampler))}
