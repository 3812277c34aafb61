"""R104: the ranks train on the same batches."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.ranks.example import DUE, checksums, two_ranks
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.loaders import Loader, loaders_of
from traindx.core.ranks import ranks_of
from traindx.core.recording import Recording


@check("R104", level="error")
def batches_shared(recording: Recording, *, share: float = 0.5, least: int = 3) -> Iterator[Finding | Measured]:
    """All ranks are given the same batches: the first and the last sample are equal bit by bit.

    It fires where that is so at `share` of at least `least` compared steps (a guess) and the batches of a rank do change from step
    to step. Ranks that each hold a part of every weight (tensor parallel) are meant to see the same batch and are left out.

    ## Why is this bad?
    Two ranks do the work of one, and an epoch is `world_size` passes over the data: the batch is not larger, as the rate assumes.

    ## How to fix
    Give the loader `sampler=DistributedSampler(dataset)` and call `sampler.set_epoch(epoch)`; with an iterable dataset let each
    rank take its own share. If there is such a sampler, look at the rank and the number of replicas that it was made with.
    """
    ranks = ranks_of(recording)
    if ranks is None or len(ranks.numbers) < 2 or len(ranks.compared) < least:
        raise NotEnough(f"needs batches of several ranks at {least} steps")
    if ranks.is_tensor_parallel:
        raise NotEnough("the weights are split over the ranks, which are given the same batch on purpose")
    if ranks.distinct_batches < 2:
        raise NotEnough("the batch is the same at every step")
    same = ranks.same_batches()
    yield Measured("compared steps with the same batch on several ranks", len(same), f"0 of {len(ranks.compared)}")
    if len(same) >= share * len(ranks.compared):
        loader = training_loader(recording)
        source = loader.source if loader is not None else None
        step, given = next(iter(same.items()))
        place = Place(source.path, source.line, step=step, rank=given[0]) if source else Place(step=step, rank=given[0])
        steps = f"{len(same)} of {len(ranks.compared)} compared steps"
        yield Finding(place, f"ranks {_listed((0, *given))} are given the same batch at {steps}{why(loader)}")


def training_loader(recording: Recording) -> Loader | None:
    """The loader that gave the training its batches; the first of several, None where none was seen."""
    loaders = loaders_of(recording)
    used = [p.loader for p in loaders.training]
    return next((loader for loader in loaders.loaders if used and loader.number == used[0]), None)


def why(loader: Loader | None) -> str:
    """What the loader says about it, as the end of a sentence."""
    if loader is None:
        return ""
    sampler = loader.facts.get("distributed")
    if sampler is None:
        names = " over ".join(map(str, loader.facts.get("samplers", ()))) or loader.facts.get("class")
        return f": the loader draws by {names}, without a DistributedSampler"
    return f": the sampler was made for rank {sampler.get('rank')} of {sampler.get('num_replicas')}"


def _listed(numbers: tuple[int, ...]) -> str:
    return " and ".join(map(str, dict.fromkeys(numbers)))


def _of(rank: str) -> dict[int, list[str]]:
    return {step: [f"{rank}{step}", f"{rank}{step}!"] for step in DUE}


@batches_shared.fires_on
def without_a_distributed_sampler() -> Facts:
    return {"recording": two_ranks(checksums(batch=_of("x")), checksums(batch=_of("x")))}


@batches_shared.quiet_on
def each_rank_its_share() -> Facts:
    return {"recording": two_ranks(checksums(batch=_of("x")), checksums(batch=_of("y")))}
