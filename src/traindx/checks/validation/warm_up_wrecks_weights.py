"""V418: good weights become worse while the rate is raised: a run that goes on from finished weights warms up again."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.checks.validation.curve import curves_of, end_of
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.history import History, history_of


@check("V418", level="warning", preview=True)
def warm_up_wrecks_weights(history: History, *, share: float = 0.75, epochs: int = 6) -> Iterator[Finding | Measured]:
    """The metric is best in the first epoch, falls while the learning rate rises, and does not come back.

    ## Why is this bad?
    The run began with weights that were good, and a rate that suits random ones: `optimizer=auto` and the usual warm-up
    choose it without regard to where the weights come from. What they knew is thrown away.

    ## How to fix
    To go on with an interrupted run, resume it (`resume=True`), so that its rate and optimizer go on as well. To fine-tune,
    name the optimizer and a rate ten times lower: `optimizer=SGD lr0=0.001 warmup_epochs=1`.

    Default: the level at the end (median of 5) is below `share` of the first epoch's metric, which no later epoch reaches;
    a guess.
    """
    rates = [lr for lr in history.lr.values() if np.isfinite(lr).all()]
    if history.metric is None or not rates or np.isfinite(history.metric[1]).sum() < epochs:
        raise NotEnough(f"needs {epochs} epochs with a metric and the learning rate")
    name, metric = history.metric
    rate = np.max(rates, axis=0)
    first, last, peak = float(metric[0]), end_of(metric), int(np.argmax(rate))
    yield Measured(f"{name} at the end, share of its first epoch", last / first if first > 0 else float("nan"))
    raised = 0 < peak < len(rate) and rate[peak] > 1.5 * rate[0]
    if first > 0.05 and raised and float(np.nanmax(metric[1:])) <= first and last < share * first:
        yield Finding(
            Place(path=history.source, setting="lr0"),
            f"{name} was {first:.3g} in the first epoch, fell while the rate was raised from {rate[0]:.3g} to {rate[peak]:.3g}, "
            f"and is {last:.3g} at the end (should rise)",
            (Measured("highest rate", float(rate[peak])), curves_of(history, "a warm-up over finished weights", 1.0)),
        )


def _run(metric: list[float]) -> Facts:
    rates = [0.0004, 0.0008, 0.0012] + [0.0012 - 0.00001 * i for i in range(20)]
    rows = [{"train/box": 2.3, "metric/mAP50-95": m, "lr/pg0": r} for m, r in zip(metric, rates, strict=False)]
    return {"history": history_of(rows)}


@warm_up_wrecks_weights.fires_on
def fine_tuned_at_the_rate_of_a_first_training() -> Facts:
    return _run([0.18, 0.09, 0.10, 0.11, 0.12, 0.06, 0.01, 0.07, 0.12, 0.03])


@warm_up_wrecks_weights.quiet_on
def a_dip_that_is_made_good() -> Facts:
    return _run([0.18, 0.12, 0.15, 0.17, 0.18, 0.19, 0.20, 0.21, 0.21, 0.22])


@warm_up_wrecks_weights.quiet_on
def weights_that_were_finished_and_stay_so() -> Facts:
    return _run([0.50, 0.49, 0.48, 0.49, 0.49, 0.49, 0.49, 0.50, 0.49, 0.49])
