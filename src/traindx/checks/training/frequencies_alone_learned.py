"""T115: the loss ends at that of knowing how often each class comes, and nothing else."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.class_shares import class_counts, entropy_of
from traindx.core.example import falling, flat, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.recording import Recording
from traindx.core.trend import over_chance, trend


@check("T115", level="warning", preview=True)
def frequencies_alone_learned(
    recording: Recording, *, share: float = 0.8, uneven: float = 0.7, samples: int = 200, min_passes: int = 50
) -> Iterator[Finding | Measured]:
    """Of classes that come unequally often, the cross entropy ends where always naming their frequencies would bring it.

    ## Why is this bad?
    The loss looks small and the accuracy high, and the network answers the same whatever it is shown: the class that comes most.
    The rare classes, which are often those that matter, are never named.

    ## How to fix
    Draw rare classes more often (`WeightedRandomSampler`), weight them in the loss, collect more of them; and judge by the mean
    of the classes' recall. Where they are not that rare, it is the rate, the inputs or the labels, as for a loss at chance.

    Of `samples` recorded samples or more, the entropy of the frequencies must be under `uneven` of ln K, and the loss over
    `share` of that entropy (guesses). Weighted and smoothed losses are left out: their floor is another.
    """
    reached, chance, counts = over_chance(recording), recording.chance, class_counts(recording)
    if reached is None or chance is None or recording.passes < min_passes or sum(counts.values()) < samples:
        raise NotEnough("too few samples with their classes were recorded, or no cross entropy")
    if _is_changed(recording):
        return
    known, level = entropy_of(counts), _level(recording, reached * chance)
    is_uneven = 0 < known < uneven * math.log(max(2, len(counts)))
    yield Measured(
        "loss at the end over that of knowing the frequencies", level / known if known else math.nan, f"under {share:g}"
    )
    if is_uneven and share * known < level < known / share:
        rarest = min(counts, key=lambda name: counts[name])
        text = f"the loss ends at {level:.3g}, and knowing how often each class comes would bring it to {known:.3g}"
        rare = f"class {rarest} is {counts[rarest] / sum(counts.values()):.2%} of the samples"
        yield Finding(Place(step=int(recording.step[-1])), f"{text} (should be under {share:.0%} of that); {rare}")


def _level(recording: Recording, middle: float) -> float:
    """The mean loss of the last quarter: batches without a rare class are many and their loss is small, the others' is large.
    `middle` is the loss at the end in the middle of its noise, in terms of the loss function's own mean."""
    known = recording.loss[np.isfinite(recording.loss)]
    end = trend(recording.loss).end
    return float(known[-max(1, len(known) // 4) :].mean()) * (middle / end if end else 1.0)


def _is_changed(recording: Recording) -> bool:
    calls = [d["loss_call"] for d in recording.details.values() if d.get("loss_call")]
    return any(call.get("weight") or call.get("label_smoothing") for call in calls)


def _run(end: float, counts: Mapping[str, int], **call: Any) -> Facts:
    targets = {"form": "classes", "classes": counts, "count": sum(counts.values()), "images": sum(counts.values())}
    detail = {"loss_call": {"name": "cross_entropy", "classes": 2, **call}, "targets": targets}
    return {"recording": recording_with([*falling(start=0.7, end=end, steps=60), *flat(level=end)], detail=detail)}


@frequencies_alone_learned.fires_on
def a_defect_in_a_hundred_pieces() -> Facts:
    return _run(0.056, {"0": 99, "1": 1})


@frequencies_alone_learned.quiet_on
def a_rare_class_that_is_learned() -> Facts:
    return _run(0.01, {"0": 99, "1": 1})


@frequencies_alone_learned.quiet_on
def classes_that_come_as_often_as_each_other() -> Facts:
    return _run(0.68, {"0": 50, "1": 50})


@frequencies_alone_learned.quiet_on
def a_weighted_loss() -> Facts:
    return _run(0.056, {"0": 99, "1": 1}, weight=[0.5, 50.0])
