"""R102: buffers, as the statistics of batch normalisation, are not the same on all ranks, and were told not to be."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.ranks.example import WRAPPED, checksums, two_ranks
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.ranks import ranks_of
from traindx.core.recording import Recording


@check("R102", level="warning")
def buffers_differ(recording: Recording) -> Iterator[Finding | Measured]:
    """DistributedDataParallel was told not to send buffers, and they differ between the ranks.

    ## Why is this bad?
    Each rank keeps the running statistics of its own share of the data: validation gives another number on each rank, and the
    checkpoint holds those of one. With few pictures per rank they are noisy.

    ## How to fix
    Leave `broadcast_buffers` at its default, or convert with `SyncBatchNorm.convert_sync_batchnorm(model)`; or average the buffers
    before each validation, as timm's `--dist-bn reduce` does (then this finding is of no importance).
    """
    ranks = ranks_of(recording)
    if ranks is None or len(ranks.numbers) < 2 or not ranks.compared or not ranks.same_names("buffers"):
        raise NotEnough("needs the buffers of several ranks at the same steps")
    last = ranks.compared[-1]
    still = [a for a in ranks.apart("buffers") if a.step == last]
    yield Measured(f"buffers that differ between ranks at step {last}", len(still), "0")
    off = [line for line in ranks.wrappers if line.get("broadcast_buffers") is False]
    if still and off:
        first = next(iter(ranks.apart("buffers")))
        message = f"{len(still)} buffers differ between ranks from step {first.step} on ({first.name}): broadcast_buffers=False"
        place = Place(
            off[0].get("path"), off[0].get("line"), setting="broadcast_buffers", step=first.step, rank=first.ranks[0]
        )
        yield Finding(place, message)


@buffers_differ.fires_on
def told_not_to_send_them() -> Facts:
    off = {**WRAPPED, "broadcast_buffers": False}
    return {"recording": two_ranks(checksums(buffers=["a"]), checksums(buffers={0: ["a"], 20: ["b"]}), shared=(off,))}


@buffers_differ.quiet_on
def rank_0_sends_its_own() -> Facts:
    on = {**WRAPPED, "broadcast_buffers": True}
    return {"recording": two_ranks(checksums(buffers=["a"]), checksums(buffers=["a"]), shared=(on,))}


@buffers_differ.quiet_on
def sharded_by_fsdp() -> Facts:
    sharded = {**WRAPPED, "wrapper": "fully_shard"}
    return {"recording": two_ranks(checksums(buffers=["a"]), checksums(buffers=["b"]), shared=(sharded,))}
