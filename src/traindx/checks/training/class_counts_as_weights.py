"""T416: the class weights of the loss are the counts of the classes, not their inverses."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.checks.training.class_weights_reversed import counts_of
from traindx.core.check import Facts, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Table
from traindx.core.loss_calls import loss_calls_of
from traindx.core.recording import Floats, Recording


@check("T416", level="error")
def class_counts_as_weights(
    recording: Recording, *, apart: float = 3.0, looked: int = 200, off: float = 0.35
) -> Iterator[Finding | Measured]:
    """The class weights of the loss are proportional to how often the classes occur.

    ## Why is this bad?
    A class that is ten times as frequent then counts a hundred times as much: the rare ones are not learned, which is the
    opposite of what weights are for.

    ## How to fix
    `weight = count.sum() / (len(count) * count)`, in the order of the ids.

    Reported where the most frequent class has `apart` times the targets of the rarest, and every weight divided by the
    count is within a factor of 1 + `off` of the others' median; with two classes they have to be `apart` squared apart
    (guesses).
    """
    for found in loss_calls_of(recording):
        weights = np.array(found.first.get("weight") or (), dtype=np.float64)
        counts = counts_of(recording, found, len(weights))
        seen = np.flatnonzero((counts >= 5) & (weights > 0)) if len(weights) else np.zeros(0, dtype=np.int64)
        if len(seen) < 2 or counts.sum() < looked:
            continue
        more = float(counts[seen].max() / counts[seen].min())
        spread = _spread(weights[seen] / counts[seen])
        yield Measured("weights over counts, largest distance from their median", spread, f"over {off:g}")
        if more >= (apart if len(seen) > 2 else apart**2) and spread <= off:
            rows = tuple((int(i), int(counts[i]), float(weights[i])) for i in seen)
            table = Table("targets and weights", ("class", "targets seen", "weight"), rows)
            text = f"the weights of {len(seen)} classes are their counts, {more:.3g} to 1 (should be the inverse)"
            yield Finding(found.place, text, (table,))


def _spread(ratios: Floats) -> float:
    """How far the furthest of some ratios lies from their median, as a factor less one."""
    middle = float(np.median(ratios))
    return float(max(ratios.max() / middle, middle / ratios.min()) - 1)


def _facts(weights: list[float], counts: list[int]) -> Facts:
    targets = {"from": "loss", "form": "classes", "classes": {str(i): n for i, n in enumerate(counts)}}
    call = {"name": "cross_entropy", "weight": weights}
    return {"recording": recording_with(falling(), detail={"loss_call": call, "targets": targets})}


@class_counts_as_weights.fires_on
def counts_of_three_classes_by_their_sum() -> Facts:
    return _facts([0.62, 0.26, 0.12], [20, 8, 4])


@class_counts_as_weights.quiet_on
def inverse_counts() -> Facts:
    return _facts([0.5, 1.3, 2.7], [20, 8, 4])


@class_counts_as_weights.quiet_on
def the_dearer_one_of_two_classes() -> Facts:
    return _facts([4.0, 1.0], [24, 6])


@class_counts_as_weights.quiet_on
def as_many_of_each() -> Facts:
    return _facts([1.0, 1.0, 1.0], [10, 11, 10])
