"""B148: the loader shuffles, and every epoch comes in the same order: the random numbers are set back."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.loaders import loaders_of
from traindx.core.recording import Recording


@check("B148", level="error")
def shuffled_alike_each_epoch(
    recording: Recording, *, epochs: int = 3, share: float = 0.8, least: int = 6
) -> Iterator[Finding | Measured]:
    """Shuffling is on, and nearly all epochs serve the samples in the order of an earlier one.

    ## Why is this bad?
    A seed is set within the loop of the epochs, or a generator is made anew with the same seed. Not the order alone repeats:
    augmentation, dropout and noise draw the same numbers in each epoch, so that every picture is always seen in one and the
    same form, and is learned by heart: the augmentation is as good as none.

    ## How to fix
    Set seeds once, before the loop. To be able to repeat single epochs, seed with `seed + epoch`.

    Looked at are loaders that shuffle, with `epochs` passes or more of the training, of which `share` repeat an order, of
    `least` samples or more: few have few orders. Loaders that do not shuffle are B141's.
    """
    found = loaders_of(recording)
    shuffling = [x for x in found.loaders if x.facts.get("shuffle") and not x.facts.get("distributed")]
    if not shuffling:
        raise NotEnough("no loader that shuffles was seen")
    for loader in shuffling:
        passes = [p for p in found.training if p.loader == loader.number and p.order is not None and p.over >= least]
        again = [p for p in passes if p.same_as is not None]
        if len(passes) < epochs or max(p.batches for p in passes) < 2:
            continue
        yield Measured(
            "epochs that repeat an earlier one's order though they are shuffled", len(again), f"0 of {len(passes)}"
        )
        if len(again) >= share * (len(passes) - 1):
            text = f"{len(again)} of {len(passes)} epochs come in the order of an earlier one, although shuffle is on"
            yield Finding(
                loader.loop("seed"), f"{text}: a seed is set in each epoch (should be once, before the first)"
            )


def _run(*orders: str, shuffle: bool = True) -> Facts:
    loader = {"kind": "loader", "loader": 0, "shuffle": shuffle, "path": "train.py", "line": 12}
    each = {"kind": "pass", "loader": 0, "training": True, "batches": 20, "ended": "exhausted", "over": 640}
    passes = [
        {**each, "pass": n, "order": order, "same_as": orders.index(order) if orders.index(order) < n else None}
        for n, order in enumerate(orders)
    ]
    return {"recording": recording_with(falling(), events=[loader, *passes])}


@shuffled_alike_each_epoch.fires_on
def a_seed_in_each_epoch() -> Facts:
    return _run("a", "a", "a", "a")


@shuffled_alike_each_epoch.quiet_on
def one_seed_before_the_first() -> Facts:
    return _run("a", "b", "c", "d")


@shuffled_alike_each_epoch.quiet_on
def two_trainings_with_the_same_seed() -> Facts:
    return _run("a", "b", "c", "a", "b", "c")
