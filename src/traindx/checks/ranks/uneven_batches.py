"""R106: ranks have different numbers of batches, and the training did not come to its end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from traindx.checks.ranks.batches_shared import training_loader
from traindx.checks.ranks.example import two_ranks
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.hang import hangs_of
from traindx.core.ranks import ranks_of
from traindx.core.recording import Recording


@check("R106", level="error")
def uneven_batches(recording: Recording) -> Iterator[Finding | Measured]:
    """Ranks have different numbers of batches in an epoch, and the training hung, failed or was ended from outside.

    ## Why is this bad?
    Each backward pass waits for those of the other ranks: the rank that has a batch more waits for ever, or takes the next epoch's
    first batch of the others for its partner, until one of them ends.

    ## How to fix
    `DistributedSampler` gives all ranks the same number (`drop_last=True` or padding); with shards of files or an iterable dataset
    cut to the smallest number, or train inside of `with Join([model]):`.
    """
    ranks = ranks_of(recording)
    if ranks is None or len(ranks.numbers) < 2:
        raise NotEnough("needs several ranks")
    counts = ranks.uneven
    yield Measured("ranks with another number of batches", len(set(counts.values())) - 1 if counts else 0, "0")
    if counts and (hangs_of(recording) or any(stop.ending != "finished" for stop in ranks.stops)):
        loader = training_loader(recording)
        fewest = min(counts, key=lambda rank: counts[rank])
        source = loader.source if loader is not None else None
        place = Place(source.path, source.line, rank=fewest) if source else Place(rank=fewest)
        told = ", ".join(f"rank {rank} has {count}" for rank, count in sorted(counts.items()))
        yield Finding(place, f"ranks have different numbers of batches in an epoch: {told}")


def _lines(batches: int, ended: str = "exhausted", raised: bool = False) -> list[Mapping[str, Any]]:
    told = {"kind": "pass", "loader": 0, "pass": 0, "step": 0, "training": True, "ended": ended, "batches": batches}
    loader = {"kind": "loader", "loader": 0, "step": 0, "path": "train.py", "line": 8}
    lost = {
        "kind": "event",
        "event": "exception",
        "step": batches,
        "type": "RuntimeError",
        "message": "Connection closed by peer",
    }
    return [loader, told, *([lost] if raised else [])]


@uneven_batches.fires_on
def one_rank_waits_for_a_batch_more() -> Facts:
    return {"recording": two_ranks(_lines(8, "left", raised=True), _lines(6))}


@uneven_batches.quiet_on
def joined() -> Facts:
    return {"recording": two_ranks(_lines(8), _lines(6))}


@uneven_batches.quiet_on
def even_and_failed_otherwise() -> Facts:
    return {"recording": two_ranks(_lines(6, "left", raised=True), _lines(6, "left"))}
