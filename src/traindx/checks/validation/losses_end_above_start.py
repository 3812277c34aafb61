"""V415: training and validation loss end far above where they began."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.checks.validation.curve import curves_of, end_of, smooth
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.history import Floats, History, history_of


@check("V415", level="error", preview=True)
def losses_end_above_start(history: History, *, times: float = 1.5, epochs: int = 5) -> Iterator[Finding | Measured]:
    """Training and validation loss end far above their first epochs, and the metric did not rise.

    ## Why is this bad?
    The run diverged: its last weights are worse than those of its first epoch, on the pictures that it trained on and on
    those that it did not.

    ## How to fix
    Lower the learning rate: divide by 10. If the losses jumped within one epoch, record the run and look at that step:
    `traindx run -- COMMAND`, then `traindx diagnose RUN`.

    Compared are medians of the last 3 epochs and the first epoch. A generator's loss may rise alone; a run whose metric is
    better than at its start, and near its best, is no finding. Without a validation loss the metric has to end below half of its
    best. Default: `times` is a guess.
    """
    train, val = history.train_loss, history.val_loss
    pairs = {
        name: (float(v[np.isfinite(v)][0]), end_of(v, 3))
        for name, v in (("training", train), ("validation", val))
        if np.isfinite(v).sum() >= epochs
    }
    alone = "validation" not in pairs
    if "training" not in pairs or (alone and not len(_known_metric(history))) or min(v[0] for v in pairs.values()) <= 0:
        raise NotEnough(f"needs {epochs} epochs with a training loss above zero and a validation loss or a metric")
    for name, (first, last) in pairs.items():
        yield Measured(f"{name} loss at the end, share of the first epoch", last / first, f"below {times:g}")
    diverged = all(last >= times * first for first, last in pairs.values())
    if not diverged or _better(history) or (alone and not _lost(history)):
        return
    train_first, train_last = pairs["training"]
    onset = _onset(train, times * train_first)
    other = "" if alone else "the validation loss at {1:.3g}, began at {0:.3g}".format(*pairs["validation"])
    told = other or f"what the metric had reached, {_known_metric(history).max():.3g}, is lost"
    yield Finding(
        Place(path=history.source),
        f"the training loss ends at {train_last:.3g}, began at {train_first:.3g} (should fall), and {told}: the run diverged at "
        f"epoch {int(history.epoch[onset])}{_part(history)}",
        (curves_of(history, "the losses end above their start", onset=float(history.epoch[onset])),),
    )


def _better(history: History) -> bool:
    """Whether the metric ends above its first epoch, and not far below its best."""
    if history.metric is None:
        return False
    values = history.metric[1][np.isfinite(history.metric[1])]
    last = end_of(values, 3)
    return len(values) > 1 and bool(last > values[0] + 0.02 and last > 0.5 * values.max())


def _known_metric(history: History) -> Floats:
    """The known values of the metric."""
    return np.empty(0) if history.metric is None else history.metric[1][np.isfinite(history.metric[1])]


def _lost(history: History) -> bool:
    """Whether the metric ends below half of its best."""
    values = _known_metric(history)
    return len(values) >= 3 and end_of(values, 2) < 0.5 * float(values.max())


def _part(history: History) -> str:
    """The part of the training loss that nine tenths of the rise are of, if there are several."""
    rises = {name: end_of(part, 3) - float(part[np.isfinite(part)][0]) for name, part in _known(history)}
    most = max(rises, key=lambda name: rises[name], default="")
    alone = len(rises) > 1 and rises[most] > 0.9 * sum(max(rise, 0.0) for rise in rises.values())
    return f", by the part {most} alone" if alone else ""


def _known(history: History) -> list[tuple[str, Floats]]:
    return [(name, part) for name, part in history.train_parts.items() if name != "loss" and np.isfinite(part).any()]


def _onset(values: Floats, bound: float) -> int:
    """The first epoch from which the level stays above the bound."""
    below = np.flatnonzero(~(smooth(values, 3) >= bound))
    return min(int(below[-1]) + 1, len(values) - 1) if len(below) else 0


@losses_end_above_start.fires_on
def a_run_that_diverged() -> Facts:
    losses = [2.3, 2.0, 1.9, 8.0, 9.0, 9.5, 9.2, 9.4]
    return {"history": history_of([{"train/loss": v, "val/loss": v + 0.1, "metric/accuracy": 0.1} for v in losses])}


@losses_end_above_start.fires_on
def a_run_without_validation_loss_that_diverged() -> Facts:
    rows = [
        {"train/loss": 2.0 - 0.1 * i if i < 6 else 5.0 + 0.1 * i, "metric/mAP50": 0.1 if i < 6 else 0.0}
        for i in range(12)
    ]
    return {"history": history_of(rows)}


@losses_end_above_start.quiet_on
def a_training_loss_alone() -> Facts:
    return {"history": history_of([{"train/loss": 1.0 + 0.3 * i, "metric/mAP50": 0.1} for i in range(12)])}


@losses_end_above_start.quiet_on
def a_spike_that_passes() -> Facts:
    losses = [2.3, 2.0, 1.9, 8.0, 1.8, 1.7, 1.6, 1.5]
    return {"history": history_of([{"train/loss": v, "val/loss": v + 0.1} for v in losses])}


@losses_end_above_start.quiet_on
def overfitting() -> Facts:
    rows = [{"train/loss": 2.0 * 0.8**i, "val/loss": 2.0 + 0.5 * i} for i in range(10)]
    return {"history": history_of(rows)}


@losses_end_above_start.quiet_on
def a_loss_whose_weight_grows_while_the_metric_rises() -> Facts:
    rows = [{"train/loss": 1.0 + 0.2 * i, "val/loss": 1.0 + 0.2 * i, "metric/mAP50": 0.05 * i} for i in range(10)]
    return {"history": history_of(rows)}
