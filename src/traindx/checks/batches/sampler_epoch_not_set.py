"""B142: a distributed sampler that is to shuffle repeats its order, as it was never told the epoch."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.batches.order_repeated import repeats
from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.loaders import loaders_of
from traindx.core.recording import Recording


@check("B142", level="error", preview=True)
def sampler_epoch_not_set(recording: Recording) -> Iterator[Finding | Measured]:
    """A `DistributedSampler` with shuffling serves the same order in every epoch.

    ## Why is this bad?
    It mixes by its seed plus the epoch that it was told last. Never told, it mixes once: each rank sees the same samples in the
    same batches for the whole training, and never those of another rank.

    ## How to fix
    `sampler.set_epoch(epoch)` at the start of each epoch, before the loader is iterated.
    """
    found = loaders_of(recording)
    looked = [x for x in found.loaders if (x.facts.get("distributed") or {}).get("shuffle")]
    for loader in looked:
        passes = [p for p in found.training if p.loader == loader.number]
        if len(passes) < 2:
            continue
        epochs = sorted({p.sampler_epoch for p in passes if p.sampler_epoch is not None})
        again = [p for p in repeats(recording, loader.number) if p.made == passes[0].made or len(epochs) < 2]
        yield Measured("epochs of a shuffling sampler that repeat an order", len(again), f"0 of {len(passes)}")
        if again and len(epochs) == 1:
            place = loader.loop("set_epoch")
            text = f"the distributed sampler serves one order in {len(again) + 1} of {len(passes)} epochs:"
            yield Finding(place, f"{text} its epoch stayed {epochs[0]} (should be set before each)")
    if not any(len([p for p in found.training if p.loader == x.number]) > 1 for x in looked):
        raise NotEnough("no shuffling distributed sampler was seen in two epochs")


def _run(epochs: list[int], orders: str) -> Facts:
    spread = {"num_replicas": 2, "rank": 0, "seed": 0, "shuffle": True}
    loader = {"kind": "loader", "loader": 0, "shuffle": True, "distributed": spread, "path": "train.py", "line": 12}
    each = {"kind": "pass", "loader": 0, "training": True, "batches": 20, "ended": "exhausted", "over": 640}
    passes = [
        {**each, "pass": n, "order": o, "same_as": orders.index(o) if orders.index(o) < n else None, "sampler_epoch": e}
        for n, (o, e) in enumerate(zip(orders, epochs, strict=True))
    ]
    return {"recording": recording_with(falling(), events=[loader, *passes])}


@sampler_epoch_not_set.fires_on
def never_told_the_epoch() -> Facts:
    return _run([0, 0, 0], "aaa")


@sampler_epoch_not_set.quiet_on
def told_before_each_epoch() -> Facts:
    return _run([0, 1, 2], "abc")
