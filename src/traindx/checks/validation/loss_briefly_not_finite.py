"""V406: a loss is not finite in some epochs and recovers, or in validation alone while the metric lives."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.checks.validation.ends_not_finite import ends_not_finite, metric_lives, training_stays_finite
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.history import History, history_of


@check("V406", level="note", preview=True)
def loss_briefly_not_finite(history: History) -> Iterator[Finding | Measured]:
    """A loss was nan or infinite in single epochs and recovered, or is so in validation alone beside a metric that lives.

    ## Why is this bad?
    Mostly it is not: the mean of an epoch is infinite if one batch overflowed half precision, and the step of that batch
    was left out by the loss scaler. It deserves a look if it becomes more frequent. A loss of validation that is never finite,
    beside a good metric, is computed in half precision: nothing is trained with it, and no epoch can be chosen by it.

    ## How to fix
    Nothing to do if the metric goes on as before. Otherwise train without mixed precision (`amp=False`) and compare.
    """
    ended = {column.name for column in ends_not_finite(history)}
    sound = training_stays_finite(history) and metric_lives(history)
    for column in history.columns():
        values, silent = history.written(column), history.not_written.get(column)
        bad = ~np.isfinite(values) & (~silent if silent is not None else True)
        alone = column in ended and column.startswith("val/") and sound
        if not column.startswith(("train/", "val/")) or not bad.any() or (column in ended and not alone):
            continue
        epochs = history.epoch[bad]
        which = ", ".join(str(e) for e in epochs[:5]) + (", …" if len(epochs) > 5 else "")
        so = "alone, while the training loss is finite and the metric lives" if alone else "and recovered"
        yield Finding(
            Place(path=history.source),
            f"{column} was not finite in {len(epochs)} of {len(history)} epochs ({which}) {so} (should be finite)",
            (Measured("epochs not finite", len(epochs), "0"),),
        )


@loss_briefly_not_finite.fires_on
def one_infinite_epoch() -> Facts:
    return {"history": history_of([{"train/box": v} for v in (2.0, float("inf"), 1.5, 1.4)])}


@loss_briefly_not_finite.fires_on
def a_loss_of_validation_that_half_precision_cannot_hold() -> Facts:
    rows = [{"train/box": 2.0 - 0.1 * i, "val/box": float("nan"), "metric/mAP50": 0.1 * i} for i in range(8)]
    return {"history": history_of(rows)}


@loss_briefly_not_finite.quiet_on
def nan_to_the_end() -> Facts:
    return {"history": history_of([{"train/box": v} for v in (2.0, 1.5, float("nan"))])}
