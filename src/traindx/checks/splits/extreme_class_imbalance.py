"""D340: a class has hardly anything beside the others."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured
from traindx.core.imbalance import imbalance
from traindx.core.small_dataset import dataset_of


@check("D340", level="warning")
def extreme_class_imbalance(
    dataset: Dataset, *, ratio: float = 50.0, gap: float = 5.0, share: float = 0.05, fewest: int = 10, beside: int = 200
) -> Iterator[Finding | Measured]:
    """The most frequent class has 50 times what the rarest has, apart from the others; or under 10 beside hundreds.

    From `ratio` : 1 on datumaro reports the same. Many classes thin out by and by, as those of COCO do. So classes are rare only
    where the next one in order has `gap` times as much, and all of them together hold at most `share` of the whole. These, and
    `fewest` beside a median class of `beside`, are guesses.

    ## Why is this bad?
    Without weights the network may never predict the rare class: leaving it out costs the loss next to nothing.

    ## How to fix
    Collect more of the rare classes, or merge them with their like. Weight the classes, oversample, or use a focal loss:
    the finding gives the weights and the lines to write. Look at each class's recall, not at the mean.
    """
    found = imbalance(dataset)
    if found is None or len(found.present) < 2:
        return
    counts = found.counts[found.present]
    ordered = np.sort(counts)
    rare = ordered.cumsum()[:-1] <= share * ordered.sum()
    step = float((ordered[1:] / ordered[:-1])[rare].max(initial=1.0))
    numbers = found.numbers(f"below {ratio:g}")
    rarest = Measured(f"{found.unit} of the rarest class", int(counts.min()), f"{fewest} or more")
    apart = Measured("most that the next class has beside a rare one", step, f"below {gap:g}", "times")
    yield from (*numbers, rarest, apart)
    if (found.ratio >= ratio and step >= gap) or (counts.min() < fewest and np.median(counts) >= beside):
        yield found.finding((*numbers, rarest, apart))


def _boxes(*counts: int) -> Facts:
    ids = [class_id for class_id, count in enumerate(counts) for _ in range(count)]
    return {"dataset": dataset_of([{"path": "a.jpg"}], [{"image": 0, "class_id": i} for i in ids])}


@extreme_class_imbalance.fires_on
def sixty_to_one() -> Facts:
    return _boxes(60, 1)


@extreme_class_imbalance.quiet_on
def eighty_to_one_by_and_by() -> Facts:
    return _boxes(160, 80, 40, 20, 10, 5, 2)


@extreme_class_imbalance.quiet_on
def twelve_to_one() -> Facts:
    return _boxes(60, 5)
