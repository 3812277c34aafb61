"""R103: buffers are each rank's own, as nothing sends them."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.ranks.example import WRAPPED, checksums, two_ranks
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.ranks import ranks_of
from traindx.core.recording import Recording


@check("R103", level="note")
def buffers_of_each_rank(recording: Recording) -> Iterator[Finding | Measured]:
    """A sharded model keeps buffers, as running statistics, of each rank's own share of the data.

    ## Why is this bad?
    `fully_shard` does not send buffers. With enough pictures per rank the statistics are nearly equal; with few they differ, and
    validation gives another number on each rank.

    ## How to fix
    `SyncBatchNorm.convert_sync_batchnorm(model)` before sharding, or normalisation without running statistics.
    """
    ranks = ranks_of(recording)
    if ranks is None or len(ranks.numbers) < 2 or not ranks.compared or not ranks.same_names("buffers"):
        raise NotEnough("needs the buffers of several ranks at the same steps")
    sharded = [line for line in ranks.wrappers if line["wrapper"] in ("fully_shard", "FullyShardedDataParallel")]
    apart = list(ranks.apart("buffers")) if sharded else []
    yield Measured("buffers of a sharded model that differ between ranks", len({a.name for a in apart}), "0")
    if apart:
        place = Place(sharded[-1].get("path"), sharded[-1].get("line"), step=apart[0].step, rank=apart[0].ranks[0])
        yield Finding(
            place, f"{apart[0].name} differs between ranks from step {apart[0].step} on: fully_shard sends no buffers"
        )


@buffers_of_each_rank.fires_on
def sharded_with_batch_normalisation() -> Facts:
    sharded = {**WRAPPED, "wrapper": "fully_shard"}
    return {"recording": two_ranks(checksums(buffers=["a"]), checksums(buffers=["b"]), shared=(sharded,))}


@buffers_of_each_rank.quiet_on
def replicas_of_ddp() -> Facts:
    return {"recording": two_ranks(checksums(buffers=["a"]), checksums(buffers=["b"]))}
