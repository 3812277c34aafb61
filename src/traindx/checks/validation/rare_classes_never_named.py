"""V463: classes that training seldom sees are hardly ever right in validation, and the others are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from traindx.core.check import Facts, NotEnough, check
from traindx.core.class_results import class_results
from traindx.core.class_shares import class_counts
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.recording import Recording

Floats: TypeAlias = NDArray[np.float64]


@check("V463", level="warning", preview=True)
def rare_classes_never_named(
    recording: Recording, *, rare: float = 0.2, few: float = 0.2, others: float = 0.6, least: int = 10
) -> Iterator[Finding | Measured]:
    """A class makes up a small part of the training samples, and validation finds hardly any of its samples.

    ## Why is this bad?
    The accuracy looks good, because the other classes are many. The loss gains more from them than from the rare class, which
    is named only where the network is very sure; often it is the class that matters.

    ## How to fix
    Draw rare classes more often (`WeightedRandomSampler`), weight them in the loss (`weight=` the mean count over the class's
    count), collect more of them; and judge by the mean of the classes' recall, not by accuracy.

    A class is rare under `rare` of an equal share of the recorded batches; in the last three validations together it has `least`
    samples of which under `few` are right, while of the usual class that is not rare `others` are. Guesses. A sampler that
    draws rare classes as often as others makes none rare.
    """
    results, counts = class_results(recording)[-3:], class_counts(recording)
    if len(results) < 3 or not counts:
        raise NotEnough("no three validations that tell the classes apart were seen")
    seen, right = sum(r.seen for r in results), sum(r.right for r in results)
    names = np.arange(len(results[-1].seen))
    share = np.array([counts.get(int(name), 0) for name in names]) / sum(counts.values())
    known = (np.asarray(seen) >= least) & (share > 0)
    low = known & (share < rare / len(counts))
    with np.errstate(invalid="ignore", divide="ignore"):
        recall = np.asarray(right) / np.asarray(seen)
    common = known & ~low
    worst = [int(c) for c in np.flatnonzero(low & (recall < few))]
    yield Measured("rare classes that validation hardly finds", len(worst), "0")
    if worst and common.any() and float(np.median(recall[common])) > others:
        at = results[-1]
        yield Finding(
            Place(path=at.path, line=at.line, step=at.step),
            _words(worst, share, recall, float(np.median(recall[common]))),
        )


def _words(worst: Sequence[int], share: Floats, recall: Floats, usual: float) -> str:
    c = min(worst, key=lambda name: share[name])
    more = f", and {len(worst) - 1} more classes" if len(worst) > 1 else ""
    text = f"class {c} is {share[c]:.2%} of the training samples, and {recall[c]:.0%} of its samples are found in validation"
    return f"{text}{more} (of the usual class {usual:.0%})"


def _run(counts: Mapping[str, int], *rows: Sequence[int]) -> Facts:
    lines = [
        {"kind": "validation", "step": step, "batches": 4, "by_class": [list(row) for row in rows]}
        for step in (19, 39, 59)
    ]
    targets = {"form": "classes", "classes": counts, "count": sum(counts.values())}
    return {"recording": recording_with(falling(), events=lines, detail={"targets": targets})}


@rare_classes_never_named.fires_on
def a_defect_in_a_hundred_pieces() -> Facts:
    return _run({"0": 99, "1": 1}, (400, 399, 0, 399), (50, 1, 0, 49))


@rare_classes_never_named.quiet_on
def a_rare_class_that_is_found() -> Facts:
    return _run({"0": 99, "1": 1}, (400, 399, 0, 399), (50, 31, 1, 31))


@rare_classes_never_named.quiet_on
def drawn_as_often_as_the_others() -> Facts:
    return _run({"0": 50, "1": 50}, (400, 399, 0, 399), (50, 1, 0, 49))


@rare_classes_never_named.quiet_on
def nothing_is_learned_yet() -> Facts:
    return _run({"0": 40, "1": 40, "2": 1}, (40, 12, 1, 28), (40, 30, 1, 30), (40, 0, 1, 35))
