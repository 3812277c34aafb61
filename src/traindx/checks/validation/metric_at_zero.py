"""V401: the metric never leaves zero although the training loss fell."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.checks.validation.curve import curves_of
from traindx.core.check import Facts, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.history import Floats, History, history_of
from traindx.core.recording import Recording

ZERO = 0.001
"""A metric that no detector with one right box in a thousand stays below."""


@check("V401", level="error", preview=True)
def metric_at_zero(
    history: History,
    recording: Recording | None = None,
    *,
    zero: float = ZERO,
    fell: float = 0.5,
    epochs: int = 10,
    early: int = 500,
    follows: float = 0.7,
    few: int = 5,
    far: float = 0.5,
) -> Iterator[Finding | Measured]:
    """The validation metric stays at zero although the model learns.

    ## Why is this bad?
    A model whose training loss falls finds something. If validation still counts nothing as right, it measures something
    else: labels that are not found, class ids or names that differ between the splits, another picture size or another
    weight file. (Where no validation picture had a label at all, V417 says so.)

    ## How to fix
    Look at the validation split first: `traindx check DATA` names the folder in which labels were looked for, and the
    classes of each split. Then run the evaluator on the training pictures: a metric that rises there and not on the
    validation pictures is a matter of the split, one that stays at zero in both is a matter of the evaluator.

    Defaults: `zero` is a metric that no detector with one right box in a thousand stays below; `fell` is the share of its
    first value to which the box loss (the whole loss where there is none) must fall: of 104 public logs that start at
    mAP 0, every one that ever left it did so before its box loss was below 0.55 of the first; `epochs` is a guess.
    A recording tells how many steps the epochs had: within the first `early` running statistics are still those of the
    beginning (Ultralytics' batch norms take 3 % of each batch) and the metric of a healthy detector stays at zero. There the
    validation loss must have fallen to the share `follows`, too. In a recording `few` epochs are enough where the losses of
    training and of validation have both fallen to the share `far`; where no epoch's training loss is told, that of the steps
    counts (guesses).
    """
    values = history.metrics.get("mAP50", history.metric[1] if history.metric else None)
    if values is None or not np.isfinite(values).any():
        return
    best = float(np.nanmax(values))
    loss = history.train_parts.get("box", history.train_loss)
    share = _share(loss) if recording is None or np.isfinite(loss).any() else share_of_start(recording.loss)
    yield Measured("best metric", best, f"above {zero:g}")
    yield Measured("training loss at its lowest, share of the first epoch", share)
    if best > zero:
        return
    val = _share(history.val_parts.get("box", history.val_loss))
    learned = recording is not None and share <= far and val <= far
    if recording is not None and len(recording.step) and int(recording.step[-1]) < early and not val <= follows:
        return
    if (len(history) >= epochs and share <= fell) or (len(history) >= few and learned):
        yield Finding(
            Place(path=history.source),
            f"the metric is {best:.2g} at best in {len(history)} epochs (should leave 0), while the training loss "
            f"fell to {share:.0%} of its start",
            (Measured("best metric", best, f"above {zero:g}"), curves_of(history, "metric at zero")),
        )


def share_of_start(loss: Floats) -> float:
    """The least mean loss of a tenth of the steps over that of the first: what a log of ten epochs would tell; nan of a few."""
    known = loss[np.isfinite(loss)]
    return _share(np.array([part.mean() for part in np.array_split(known, 10)])) if len(known) >= 50 else float("nan")


def _share(loss: Floats) -> float:
    finite = loss[np.isfinite(loss)]
    return float(finite.min() / finite[0]) if len(finite) and finite[0] > 0 else float("nan")


@metric_at_zero.fires_on
def an_evaluator_that_counts_nothing() -> Facts:
    rows = [{"train/box": 2.0 * 0.9**i, "val/box": 2.0, "metric/mAP50": 0.0} for i in range(20)]
    return {"history": history_of(rows)}


@metric_at_zero.fires_on
def both_losses_far_down_in_a_few_epochs() -> Facts:
    rows = [{"val/loss": 3.3 * 0.8**i, "metric/mAP50": 0.0} for i in range(7)]
    return {"history": history_of(rows), "recording": recording_with(falling(steps=140))}


@metric_at_zero.quiet_on
def a_model_that_has_not_learnt_yet() -> Facts:
    rows = [{"train/box": 4.0 - 0.01 * i, "val/box": 4.1, "metric/mAP50": 0.0} for i in range(50)]
    return {"history": history_of(rows)}


@metric_at_zero.quiet_on
def running_statistics_that_lag_behind_in_the_first_steps() -> Facts:
    rows = [{"train/box": 6.0 * 0.9**i, "val/box": 6.8 - 0.01 * i, "metric/mAP50": 0.0} for i in range(12)]
    return {"history": history_of(rows), "recording": recording_with(falling(steps=72))}


@metric_at_zero.fires_on
def an_evaluator_that_counts_nothing_in_a_short_run() -> Facts:
    rows = [{"train/box": 6.0 * 0.9**i, "val/box": 6.8 * 0.92**i, "metric/mAP50": 0.0} for i in range(12)]
    return {"history": history_of(rows), "recording": recording_with(falling(steps=72))}


@metric_at_zero.quiet_on
def a_metric_that_rises_late() -> Facts:
    rows = [{"train/box": 4.0 * 0.95**i, "metric/mAP50": max(0.0, 0.01 * (i - 10))} for i in range(30)]
    return {"history": history_of(rows)}
