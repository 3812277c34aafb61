"""B143: loader workers draw the same random numbers."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.loaders import Loaders, Pass, loaders_of
from traindx.core.recording import Recording


@check("B143", level="error", preview=True)
def workers_draw_alike(recording: Recording) -> Iterator[Finding | Measured]:
    """The dataset draws from a generator that stands alike in all workers, or begins anew in every epoch.

    ## Why is this bad?
    Each worker then gives its pictures the same crops, flips and noise as the others, or every epoch the same as the one before:
    augmentation shows a fraction of what it could.

    ## How to fix
    Draw from `torch`'s generator, which is seeded for each worker and epoch; or seed your own in `worker_init_fn` from
    `torch.initial_seed() % 2**32`. A generator made in the dataset's `__init__` is copied into every worker: make it in the
    worker. `seed(42)` in `worker_init_fn` gives all workers one seed.

    Compared are states before the first batch; named are only generators whose state the making of that batch has changed.
    """
    found = loaders_of(recording)
    passes = [p for p in found.training if any(w.drew is not None for w in found.crew(p))]
    if not passes:
        raise NotEnough("no loader workers told of their random generators")
    for loader in found.loaders:
        mine = [p for p in passes if p.loader == loader.number]
        alike, again = _alike(found, mine), _again(found, mine)
        if not mine:
            continue
        yield Measured("generators that are drawn from and stand alike in all workers", len(alike), "0")
        yield Measured("generators that are drawn from and begin anew in each epoch", len(again), "0")
        names = sorted(alike | again)
        if names:
            place = loader.place("worker_init_fn")
            how = "stands alike in all workers" if alike else "begins anew in each epoch"
            yield Finding(place, f"the dataset draws from {', '.join(names)}, which {how}")


def _drawn(found: Loaders, of: Pass) -> set[str]:
    crew = found.crew(of)
    return set.intersection(*(set(w.drew or ()) for w in crew)) if crew else set()


def _alike(found: Loaders, passes: list[Pass]) -> set[str]:
    return {name for p in passes for name in set(found.alike(p)) & _drawn(found, p)}


def _again(found: Loaders, passes: list[Pass]) -> set[str]:
    pairs = zip(passes[1:], passes, strict=False)
    return {name for later, earlier in pairs for name in set(found.repeats(later, earlier)) & _drawn(found, later)}


def _run(states: list[str], drew: list[str]) -> Facts:
    lines = [{"kind": "loader", "loader": 0, "workers": len(states), "path": "train.py", "line": 12}]
    lines += [{"kind": "worker", "worker": n, "pid": n, "numpy": s, "random": f"r{n}"} for n, s in enumerate(states)]
    lines += [{"kind": "worker_drew", "pid": n, "drew": drew} for n in range(len(states))]
    each = {"kind": "pass", "loader": 0, "pass": 0, "training": True, "batches": 20, "ended": "exhausted"}
    return {"recording": recording_with(falling(), events=[*lines, {**each, "workers": list(range(len(states)))}])}


@workers_draw_alike.fires_on
def one_seed_for_all_workers() -> Facts:
    return _run(["a", "a", "a"], ["numpy"])


@workers_draw_alike.quiet_on
def alike_and_never_drawn_from() -> Facts:
    return _run(["a", "a"], ["torch"])


@workers_draw_alike.quiet_on
def a_seed_for_each_worker() -> Facts:
    return _run(["a", "b"], ["numpy"])
