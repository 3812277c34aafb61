"""V402: validation loss rises and the metric falls while the training loss keeps falling."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.checks.validation.curve import curves_of, end_of, noise, smooth
from traindx.checks.validation.learned_alone import learned_alone
from traindx.core.check import Facts, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.history import History, history_of
from traindx.core.recording import Recording


@check("V402", level="error", preview=True)
def validation_worsens(
    history: History,
    recording: Recording | None = None,
    *,
    epochs: int = 5,
    rise: float = 0.1,
    loss_of_metric: float = 0.05,
    sigmas: float = 3.0,
    learnt: float = 0.02,
) -> Iterator[Finding | Measured]:
    """Validation becomes worse while training goes on improving.

    ## Why is this bad?
    The model learns the training pictures by heart. Every epoch after the turn makes the final weights worse on pictures
    that it has not seen.

    ## How to fix
    Use the weights of the best epoch and stop there. To get further: more or more varied pictures, stronger augmentation,
    weight decay or dropout, a smaller model, more frozen layers.

    All three must hold, each between the epoch of the lowest validation loss (median of 5) and the end (median of the
    last 5): the validation loss rose, the training loss fell, the metric is below its best. A validation loss that rises
    while the metric holds or rises is no finding: the parts of a detection loss move independently, and a classifier's
    loss rises with its confidence. Nor is one beside a metric whose best epoch is among the last `epochs`, or that never
    was above `learnt`: what is not there yet cannot be lost. Defaults: `sigmas` times the run's own noise from epoch to
    epoch, and at least the shares `rise` and `loss_of_metric`; `epochs` since the lowest; guesses, kept because none of the
    public logs that a reader called healthy trips them. Where the recording shows that an accuracy was never better than
    guessing nothing is said: what was learned never held for other pictures, so that there is no turn.
    """
    if history.metric is None or len(history) < 2 * epochs:
        return
    name, metric = history.metric
    train, val = history.train_loss, history.val_loss
    level = smooth(val)
    if not np.isfinite(level).any() or not np.isfinite(metric).any():
        return
    turn = int(np.nanargmin(level))
    low, high = float(level[turn]), end_of(val)
    best, last = float(np.nanmax(smooth(metric))), end_of(metric)
    if recording is None and learned_alone(history):
        return  # V429: there was no turn, validation never followed
    still_best = best < learnt or int(np.nanargmax(metric)) >= len(history) - epochs
    if recording is not None and recording.chance is not None and name.startswith("accuracy"):
        guessing = float(np.exp(-recording.chance))
        if best < guessing + 0.08 * (1 - guessing):
            return
    before, after = float(smooth(train)[turn]), end_of(train)
    yield Measured(
        "rise of the validation loss since its lowest", high / low - 1 if low > 0 else 0.0, f"below {rise:g}"
    )
    yield Measured(f"{name} at the end", last, f"near its best, {best:.4g}")
    worse = high - low > max(rise * low, sigmas * noise(val))
    trained = before - after > sigmas * noise(train[turn:])
    fallen = best - last > max(loss_of_metric * best, sigmas * noise(metric) / np.sqrt(epochs))
    if worse and trained and fallen and not still_best and len(history) - turn > epochs:
        epoch = int(history.epoch[turn])
        yield Finding(
            Place(path=history.source),
            f"since epoch {epoch} the validation loss rose from {low:.3g} to {high:.3g} while the training loss fell from "
            f"{before:.3g} to {after:.3g}; {name} is {last:.3g}, was {best:.3g} at best",
            (Measured("epoch of the turn", epoch), curves_of(history, "validation worsens", onset=float(epoch))),
            f"use the weights of epoch {int(history.epoch[int(np.nanargmax(metric))])} and stop about there",
        )


def _run(best: float, last: float, rises: bool, epochs: int = 40) -> History:
    half = epochs // 2
    rows = []
    for i in range(epochs):
        after = max(0, i - half) / half
        rows.append(
            {
                "train/loss": 2.0 * 0.93**i + 0.01 * (i % 2),
                "val/loss": 1.0 + (half - min(i, half)) / half + (after if rises else 0.0) + 0.01 * (i % 3),
                "metric/mAP50-95": best * min(i, half) / half + (last - best) * after + 0.002 * (i % 2),
            }
        )
    return history_of(rows)


@validation_worsens.fires_on
def learnt_by_heart() -> Facts:
    return {"history": _run(best=0.5, last=0.3, rises=True)}


@validation_worsens.quiet_on
def a_validation_loss_that_rises_with_the_metric() -> Facts:
    return {"history": _run(best=0.5, last=0.55, rises=True)}


@validation_worsens.quiet_on
def a_metric_whose_last_epochs_are_its_best() -> Facts:
    rows = [{"train/loss": 15 - 0.5 * i, "val/loss": 7 + abs(6 - i) / 2, "metric/mAP50-95": 0.05} for i in range(16)]
    for row, value in zip(rows[-8:], (0.04, 0.03, 0.02, 0.02, 0.01, 0.02, 0.06, 0.12), strict=True):
        row["metric/mAP50-95"] = value
    return {"history": history_of(rows)}


@validation_worsens.quiet_on
def a_metric_that_never_left_zero() -> Facts:
    return {"history": _run(best=0.008, last=0.002, rises=True)}


@validation_worsens.quiet_on
def a_healthy_run() -> Facts:
    return {"history": _run(best=0.5, last=0.5, rises=False)}


@validation_worsens.quiet_on
def labels_learned_by_heart() -> Facts:
    rows = [
        {"train/loss": 2.3 - 0.05 * i, "val/loss": 2.3 + 0.1 * i, "metric/accuracy": 0.12 - 0.002 * i}
        for i in range(40)
    ]
    call = {"name": "cross_entropy", "classes": 10}
    return {"history": history_of(rows), "recording": recording_with(falling(), detail={"loss_call": call})}
