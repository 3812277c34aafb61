"""T415: the loss weighs what is frequent up and what is rare down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Table
from traindx.core.loss_calls import LossCalls, loss_calls_of
from traindx.core.recording import Floats, Recording


@check("T415", level="warning")
def class_weights_reversed(
    recording: Recording, *, apart: float = 2.0, looked: int = 200
) -> Iterator[Finding | Measured]:
    """The class weights of the loss grow with the number of targets of a class, or `pos_weight` makes rare positives lighter.

    ## Why is this bad?
    Weights are there to help the classes that are rare. Weights in another order than the ids, or counts in place of
    their inverses, make them disappear.

    ## How to fix
    `weight = count.sum() / (len(count) * count)`, in the order of the ids; `pos_weight = negatives / positives`.

    Reported where the class that is most frequent among the recorded targets weighs `apart` times as much as the rarest that
    was seen, is itself `apart` times as frequent or more, and the ranks of weights and counts agree (correlation over 0.8,
    with three classes or more). Of `pos_weight` where nine in ten classes have `apart` times as many negatives as positives or
    more, and positives that weigh less than 1 / `apart`. Guesses.
    """
    for found in loss_calls_of(recording):
        weights = np.array(found.first.get("weight") or (), dtype=np.float64)
        counts = counts_of(recording, found, len(weights))
        seen = np.flatnonzero(counts)
        if len(weights) < 2 or len(seen) < 2 or counts.sum() < looked:
            continue
        top, rare = seen[counts[seen].argmax()], seen[counts[seen].argmin()]
        more, heavier = counts[top] / counts[rare], weights[top] / max(weights[rare], 1e-12)
        yield Measured("weight of the most frequent class over that of the rarest", float(heavier), f"under {apart:g}")
        agree = len(seen) < 3 or _rank_correlation(weights[seen], counts[seen]) > 0.8
        if more >= apart and heavier >= apart and agree:
            rows = tuple((int(i), int(counts[i]), float(weights[i])) for i in seen)
            text = f"class {top} has {more:.3g} times the targets of class {rare} and {heavier:.3g} times its weight"
            table = Table("targets and weights", ("class", "targets seen", "weight"), rows)
            yield Finding(found.place, f"{text} (should weigh no more)", (table,))
    yield from _positives_made_lighter(recording, apart, looked)


def _positives_made_lighter(recording: Recording, apart: float, looked: int) -> Iterator[Finding | Measured]:
    """`pos_weight` upside down: of classes with few positives it makes these weigh still less."""
    for found in loss_calls_of(recording):
        weights = np.array(found.first.get("pos_weight") or (), dtype=np.float64)
        targets = [recording.details[s].get("targets", {}) for s in found.steps]
        samples = sum(int(t.get("images", 0)) for t in targets if t.get("form") == "multi-label")
        if len(weights) < 2 or samples < looked:
            continue
        positives = np.zeros(len(weights))
        for target in targets:
            for number, count in target.get("classes", {}).items():
                if int(float(number)) < len(weights):
                    positives[int(float(number))] += count
        seen = np.flatnonzero(positives)
        rarer = (samples - positives[seen]) / positives[seen]
        light = (rarer >= apart) & (weights[seen] <= 1 / apart)
        yield Measured("classes with few positives whose weight is below 1", int(light.sum()), f"few of {len(seen)}")
        if len(seen) and light.mean() >= 0.9:
            rows = tuple((int(i), int(positives[i]), samples - int(positives[i]), float(weights[i])) for i in seen)
            text = f"positives are {np.median(rarer):.3g} times rarer than negatives and weigh {np.median(weights[seen]):.2g}"
            table = Table("targets and pos_weight", ("class", "positives", "negatives", "pos_weight"), rows)
            yield Finding(found.place, f"{text} of these (should weigh more: negatives / positives)", (table,))


def counts_of(recording: Recording, found: LossCalls, classes: int) -> Floats:
    """How often each class is among the targets that these calls of a loss were seen with."""
    total: Counter[int] = Counter()
    for target in (recording.details[s].get("targets", {}) for s in found.steps):
        if target.get("from") == "loss":
            total.update({int(float(v)): int(n) for v, n in target.get("classes", {}).items()})
    return np.array([total[i] for i in range(classes)], dtype=np.float64)


def _rank_correlation(a: Any, b: Any) -> float:
    first, second = (np.argsort(np.argsort(values)).astype(np.float64) for values in (a, b))
    return float(np.corrcoef(first, second)[0, 1])


def _facts(weights: list[float]) -> Facts:
    targets = {"from": "loss", "form": "classes", "classes": {"0": 20, "1": 8, "2": 4}}
    call = {"name": "cross_entropy", "weight": weights}
    return {"recording": recording_with(falling(), detail={"loss_call": call, "targets": targets})}


@class_weights_reversed.fires_on
def counts_in_place_of_their_inverses() -> Facts:
    return _facts([20.0, 8.0, 4.0])


@class_weights_reversed.quiet_on
def inverse_counts() -> Facts:
    return _facts([0.5, 1.3, 2.7])


@class_weights_reversed.quiet_on
def all_alike() -> Facts:
    return _facts([1.0, 1.0, 1.0])


def _several(weights: list[float]) -> Facts:
    targets = {"from": "loss", "form": "multi-label", "images": 32, "classes": {"0": 6, "1": 5, "2": 4}}
    call = {"name": "binary_cross_entropy_with_logits", "pos_weight": weights}
    return {"recording": recording_with(falling(), detail={"loss_call": call, "targets": targets})}


@class_weights_reversed.fires_on
def positives_over_negatives() -> Facts:
    return _several([6 / 26, 5 / 27, 4 / 28])


@class_weights_reversed.quiet_on
def negatives_over_positives() -> Facts:
    return _several([26 / 6, 27 / 5, 28 / 4])
