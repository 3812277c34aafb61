"""V404: the metric falls from its plateau and does not come back."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from traindx.checks.validation.curve import curves_of, end_of, smooth
from traindx.checks.validation.ends_not_finite import ends_not_finite
from traindx.core.check import Facts, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.history import History, history_of
from traindx.core.recording import Recording


@check("V404", level="error", preview=True)
def metric_collapse(
    history: History, recording: Recording | None = None, *, share: float = 0.5, least: float = 0.05
) -> Iterator[Finding | Measured]:
    """The metric falls to less than half of its plateau and stays there.

    ## Why is this bad?
    The final weights are far worse than weights that the same run has had. The usual causes are a learning rate that is
    too high for fine-tuning, normalisation statistics that no longer fit, a diverged loss, or overfitting.

    ## How to fix
    Use the weights of the best epoch. Look at what changed at the onset: the learning rate (a resumed or fine-tuned run
    warms up again), the end of mosaic augmentation, a spike of the loss.

    The plateau is the highest running median of 5 epochs, the end the median of the last 3 and the last one itself; a
    single bad epoch therefore is no collapse. Defaults: `share` is a guess; a metric whose plateau is under `least`, or
    an accuracy that is under one and a half times that of guessing, is not judged: nothing was learnt that could be lost.
    """
    if history.metric is None:
        return
    if any(column.name.startswith("train/") for column in ends_not_finite(history)):
        return  # V405: the weights are lost, and the metric with them
    name, metric = history.metric
    finite = metric[np.isfinite(metric)]
    if len(finite) < 8:
        return
    plateau, last = float(np.nanmax(smooth(metric))), max(end_of(metric, 3), float(finite[-1]))
    yield Measured(
        f"{name} at the end, share of its plateau", last / plateau if plateau > 0 else 0.0, f"above {share:g}"
    )
    chance = recording.chance if recording is not None and "accuracy" in name else None
    guessing = 0.0 if chance is None else math.exp(-chance)
    if plateau < max(least, 1.5 * guessing) or last >= share * plateau:
        return
    onset = int(history.epoch[np.flatnonzero(smooth(metric, 3) >= share * plateau)[-1]])
    yield Finding(
        Place(path=history.source),
        f"{name} fell from its plateau of {plateau:.3g} to {last:.3g} after epoch {onset} and did not recover",
        (
            Measured(f"{name} at the end", last, f"near {plateau:.3g}"),
            curves_of(history, "metric collapse", float(onset)),
        ),
        f"use the weights of epoch {int(history.epoch[int(np.nanargmax(metric))])}",
    )


def _run(values: list[float]) -> Facts:
    return {"history": history_of([{"train/loss": 1.0, "metric/mAP50-95": v} for v in values])}


@metric_collapse.fires_on
def a_run_that_loses_what_it_had() -> Facts:
    return _run([0.1, 0.2, 0.3, 0.4, 0.42, 0.43, 0.42, 0.43, 0.1, 0.02, 0.01, 0.01])


@metric_collapse.quiet_on
def a_run_with_one_bad_epoch() -> Facts:
    return _run([0.1, 0.2, 0.3, 0.4, 0.42, 0.02, 0.42, 0.43, 0.43, 0.42, 0.44, 0.02])


@metric_collapse.quiet_on
def weights_that_turned_nan() -> Facts:
    rows = [{"train/loss": 1.0 if i < 8 else float("nan"), "metric/accuracy": 0.9 if i < 8 else 0.1} for i in range(12)]
    return {"history": history_of(rows)}


@metric_collapse.quiet_on
def a_noisy_run_that_learns() -> Facts:
    return _run([0.02 * i * (0.8 + 0.4 * (i % 2)) for i in range(20)])


@metric_collapse.quiet_on
def an_accuracy_that_was_never_above_guessing() -> Facts:
    rows = [{"train/loss": 1.0, "metric/accuracy": v} for v in (0.11, 0.1, 0.1, 0.09, 0.1, 0.09, 0.03, 0.02)]
    detail = {"loss_call": {"name": "cross_entropy", "classes": 10}}
    return {"history": history_of(rows), "recording": recording_with(falling(), detail=detail)}
