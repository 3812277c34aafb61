"""V407: the run ended while its metric was still rising."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.checks.validation.curve import curves_of, end_of, noise
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.history import History, history_of


@check("V407", level="note", preview=True)
def metric_still_rising(history: History, *, gain: float = 0.05, sigmas: float = 3.0) -> Iterator[Finding | Measured]:
    """The metric was still rising when training stopped.

    ## Why is this bad?
    Nothing is wrong with the training: there was not enough of it. The result is lower than what the same data, model and
    settings can reach.

    ## How to fix
    Train for more epochs. Start anew rather than resume if the learning rate follows a schedule, which has decayed to
    its end.

    Compared are the medians of the last tenth of the epochs (at least 3) and of as many before them. Defaults: a gain of
    at least `gain` of the metric and `sigmas` times the standard error that the run's own noise gives (a guess).
    """
    if history.metric is None:
        return
    name, values = history.metric
    metric = values[np.isfinite(values)]
    width = max(3, len(metric) // 10)
    if len(metric) < 10:
        return
    last, before = end_of(metric, width), end_of(metric[:-width], width)
    error = noise(metric[-4 * width :]) * np.sqrt(2 / width)
    yield Measured(f"gain of {name} over the last {width} epochs", last - before, f"below {gain * last:.2g}")
    if last > 0 and last - before > max(gain * last, sigmas * error):
        yield Finding(
            Place(path=history.source, setting="epochs"),
            f"{name} still rose by {last - before:.3g} (from {before:.3g} to {last:.3g}) over the last {width} of "
            f"{len(history)} epochs: more epochs would help",
            (
                Measured(f"gain of {name}", last - before, f"below {gain * last:.2g}"),
                curves_of(history, "still rising"),
            ),
        )


@metric_still_rising.fires_on
def a_run_cut_off_on_its_way_up() -> Facts:
    return {"history": history_of([{"train/box": 2.0 - 0.02 * i, "metric/mAP50-95": 0.02 * i} for i in range(20)])}


@metric_still_rising.quiet_on
def a_run_that_has_settled() -> Facts:
    rows = [{"train/box": 2.0, "metric/mAP50-95": 0.5 * (1 - 0.7**i) + 0.005 * (i % 2)} for i in range(40)]
    return {"history": history_of(rows)}
