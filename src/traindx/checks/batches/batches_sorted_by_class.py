"""B140: batches come sorted by class."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.batch_classes import mixed
from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.loaders import training_loader
from traindx.core.recording import Recording


@check("B140", level="error", preview=True)
def batches_sorted_by_class(recording: Recording, *, share: float = 0.5) -> Iterator[Finding | Measured]:
    """Batches hold few classes each, while the loader serves its samples in their stored order.

    ## Why is this bad?
    Folders and files list one class after the other. Each step pulls the network towards the class of its batch and away from
    the others: the loss falls within a class and leaps at the next one, and batch statistics describe one class alone.

    ## How to fix
    `DataLoader(dataset, batch_size=…, shuffle=True)` for training. An iterable dataset has to mix by itself: a buffer of samples,
    or files that were mixed when they were written.
    The entropy of the classes within batches is compared with that of random batches from the same samples; half of it is a
    guess. Loaders that shuffle, or whose batches a sampler of the user's own makes, are left alone: episodes and class-balanced
    batches are made on purpose.
    """
    seen = mixed(recording)
    loader = training_loader(recording)
    if seen is None or loader is None:
        raise NotEnough("no batches of several classes were seen, or no loader of the training")
    yield Measured("entropy of classes in a batch over that of random batches", seen.share, f"over {share:g}")
    yield Measured("batches of one class alone", round(seen.alike, 2), "about 0")
    if seen.share > share or loader.facts.get("shuffle") is not False:
        return
    place = loader.place("shuffle")
    text = (
        f"batches come sorted by class: {seen.share:.0%} of the entropy of random batches over {seen.classes} classes,"
    )
    yield Finding(place, f"{text} {seen.alike:.0%} of the batches hold one class alone; shuffle is off")


def _run(batches: list[dict[str, int]], *, shuffle: bool | None = False) -> Facts:
    lines = [
        {"kind": "loader", "loader": 0, "shuffle": shuffle, "path": "train.py", "line": 12},
        {"kind": "pass", "loader": 0, "pass": 0, "training": True, "batches": 60, "ended": "exhausted"},
    ]
    run = recording_with(falling(), events=lines)
    for step, details in run.details.items():
        counts = batches[step * len(batches) // 60]
        details["targets"] = {"form": "classes", "count": sum(counts.values()), "classes": counts}  # type: ignore[index]
    return {"recording": run}


@batches_sorted_by_class.fires_on
def one_class_after_the_other() -> Facts:
    return _run([{"0": 32}, {"0": 16, "1": 16}, {"1": 32}, {"2": 32}])


@batches_sorted_by_class.quiet_on
def stored_in_mixed_order() -> Facts:
    return _run([{"0": 12, "1": 9, "2": 11}, {"0": 10, "1": 13, "2": 9}])


@batches_sorted_by_class.quiet_on
def one_rare_class() -> Facts:
    return _run([{"0": 32}, {"0": 31, "1": 1}, {"0": 32}, {"0": 31, "1": 1}])


@batches_sorted_by_class.quiet_on
def episodes_of_a_sampler() -> Facts:
    return _run([{"0": 16, "1": 16}, {"2": 16, "3": 16}, {"4": 16, "5": 16}], shuffle=None)
