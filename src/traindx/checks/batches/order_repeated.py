"""B141: every epoch serves the samples in the same order, without asking for it."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.loaders import Pass, loaders_of
from traindx.core.recording import Recording


def repeats(recording: Recording, number: int) -> list[Pass]:
    """The training passes over a loader that served the order of an earlier one."""
    return [p for p in loaders_of(recording).training if p.loader == number and p.same_as is not None and p.over > 1]


@check("B141", level="note", preview=True)
def order_repeated(recording: Recording) -> Iterator[Finding | Measured]:
    """All epochs serve the samples in one order.

    ## Why is this bad?
    Batches are always made of the same samples, which costs a little of the score. With samples in mixed order that is all, and to
    overfit a single batch on purpose it is wanted.

    ## How to fix
    `DataLoader(dataset, shuffle=True)`. A generator that is seeded anew in each epoch repeats the order too.
    """
    found = loaders_of(recording)
    if not found.training:
        raise NotEnough("no loader of the training was seen")
    for loader in found.loaders:
        passes = [p for p in found.training if p.loader == loader.number and p.order is not None]
        again = repeats(recording, loader.number)
        if len(passes) < 2 or max(p.batches for p in passes) < 2:
            continue
        yield Measured("epochs that repeat an earlier one's order", len(again), f"0 of {len(passes)}")
        if again and not loader.facts.get("distributed"):
            place = loader.place("shuffle")
            text = f"{len(again)} of {len(passes)} epochs serve the samples in the order of an earlier one"
            yield Finding(place, f"{text}; shuffle is {'on' if loader.facts.get('shuffle') else 'off'}")


def _run(*orders: str) -> Facts:
    loader = {"kind": "loader", "loader": 0, "shuffle": False, "path": "train.py", "line": 12}
    each = {"kind": "pass", "loader": 0, "training": True, "batches": 20, "ended": "exhausted", "over": 640}
    passes = [
        {**each, "pass": n, "order": order, "same_as": orders.index(order) if orders.index(order) < n else None}
        for n, order in enumerate(orders)
    ]
    return {"recording": recording_with(falling(), events=[loader, *passes])}


@order_repeated.fires_on
def one_order_for_all() -> Facts:
    return _run("a", "a", "a")


@order_repeated.quiet_on
def mixed_anew() -> Facts:
    return _run("a", "b", "c")
