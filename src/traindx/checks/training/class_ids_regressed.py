"""T410: a single output is trained towards class numbers by their distance."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from traindx.core.check import Facts, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.loss_calls import loss_calls_of
from traindx.core.loss_names import DISTANCES
from traindx.core.recording import Recording


@check("T410", level="warning")
def class_ids_regressed(
    recording: Recording, *, most: int = 100, evenness: float = 0.9, looked: int = 100
) -> Iterator[Finding | Measured]:
    """Whole numbers 0, 1, 2, ... that look like class ids are the targets of a mean squared or absolute error.

    ## Why is this bad?
    The distance of two ids means nothing: to be unsure between class 1 and class 9 the model has to say 5. It ends near
    the mean of the ids, and rounding it gives a class in the middle.

    ## How to fix
    One output for each class, and cross entropy. Ages, counts and ratings are numbers indeed: then nothing is wrong.

    Told from counts and ages by ids that leave no gap from 0 on (three of them or more, `most` at most) and are about equally
    frequent: the entropy of their counts is at least `evenness` of the largest there could be (a guess).
    """
    for found in loss_calls_of(recording):
        if found.name not in DISTANCES or math.prod(found.first.get("shape", [0, 0])[1:]) != 1:
            continue
        targets = [t for s in found.steps if (t := recording.details[s].get("targets", {})).get("form") == "classes"]
        counts = _counts(targets)
        gapless = counts.keys() == set(range(len(counts))) and 3 <= len(counts) <= most
        if counts.total() < looked or not gapless or found.column("target_max").max() != len(counts) - 1:
            continue
        shares = [n / counts.total() for n in counts.values()]
        even = -sum(p * math.log(p) for p in shares) / math.log(len(counts))
        yield Measured("evenness of the whole targets", even, f"under {evenness:g}")
        if even >= evenness:
            ids = f"0..{len(counts) - 1}, each about equally frequent"
            yield Finding(
                found.place, f"{found.shown} of one output against whole numbers {ids}: they look like class ids"
            )


def _counts(targets: list[Mapping[str, Any]]) -> Counter[int]:
    counts: Counter[int] = Counter()
    for target in targets:
        for value, count in target.get("classes", {}).items():
            number = float(value)
            counts[int(number) if number == int(number) else -1] += count
    return counts


def _facts(counts: Mapping[str, int], scale: float = 1.0) -> Facts:
    most = scale * (len(counts) - 1)
    call = {"name": "mse_loss", "shape": [32, 1], "target_shape": [32, 1], "target_min": 0.0, "target_max": most}
    targets = {"from": "loader", "form": "classes", "classes": dict(counts)}
    return {"recording": recording_with(falling(), detail={"loss_call": call, "targets": targets})}


@class_ids_regressed.fires_on
def ten_digits() -> Facts:
    return _facts({str(i): 3 + i % 2 for i in range(10)})


@class_ids_regressed.quiet_on
def counts_of_objects() -> Facts:
    return _facts({"0": 20, "1": 6, "2": 3, "3": 1})


@class_ids_regressed.quiet_on
def whole_numbers_that_are_scaled() -> Facts:
    return _facts({str(i): 3 for i in range(10)}, scale=0.1)


@class_ids_regressed.quiet_on
def two_kinds_by_least_squares() -> Facts:
    return _facts({"0": 16, "1": 16})
