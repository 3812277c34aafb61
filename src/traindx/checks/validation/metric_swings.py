"""V408: the metric breaks down again and again, and comes back."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.checks.validation.curve import curves_of, smooth
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.history import History, history_of


@check("V408", level="warning", preview=True)
def metric_swings(
    history: History, *, share: float = 0.5, often: float = 0.1, least: float = 0.05
) -> Iterator[Finding | Measured]:
    """The metric falls to less than half of its level in single epochs, again and again.

    ## Why is this bad?
    The weights of neighbouring epochs hardly differ, so it is not what the model knows that swings, but how it is
    measured or fed: normalisation statistics from batches that are too small or unlike the validation pictures, a
    learning rate at the edge, or a validation set of a handful of pictures. Which epoch is called the best is then chance.

    ## How to fix
    Count the validation pictures. Try a third of the learning rate, a larger batch, and an average of the weights (EMA).

    A dip is an epoch whose metric is below `share` of the running median of 9 epochs around it, in epochs where that
    median is at least `least` and half of its own maximum. Default: `often` is the share of epochs; a guess.
    """
    if history.metric is None:
        return
    name, metric = history.metric
    level = smooth(metric, 9)
    if not np.isfinite(level).any() or len(metric) < 10:
        return
    settled = level >= max(least, 0.5 * float(np.nanmax(level)))
    dips = settled & (metric < share * level)
    if not settled.any():
        return
    frequency = float(dips.sum() / settled.sum())
    yield Measured("share of epochs in which the metric breaks down", frequency, f"below {often:g}")
    if frequency >= often and dips.sum() >= 3:
        yield Finding(
            Place(path=history.source),
            f"{name} fell below half of its level in {int(dips.sum())} of {int(settled.sum())} epochs and came back "
            f"(should be under {often:.0%} of them)",
            (Measured("epochs with a dip", int(dips.sum())), curves_of(history, "metric swings")),
        )


@metric_swings.fires_on
def every_fourth_epoch_near_zero() -> Facts:
    return {
        "history": history_of([{"train/box": 1.0, "metric/mAP50-95": 0.02 if i % 4 == 3 else 0.3} for i in range(40)])
    }


@metric_swings.quiet_on
def ordinary_noise() -> Facts:
    return {"history": history_of([{"train/box": 1.0, "metric/mAP50-95": 0.3 + 0.05 * (i % 3)} for i in range(40)])}
