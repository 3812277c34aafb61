"""V420: validation looks better than training, loss or metric."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.checks.validation.curve import curves_of
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.history import Floats, History, history_of


@check("V420", level="note", preview=True)
def validation_below_training(
    history: History, *, share: float = 0.05, points: float = 0.02, epochs: int = 5
) -> Iterator[Finding | Measured]:
    """The validation loss lies below the training loss, or the validation metric above the training metric.

    ## Why is this bad?
    It is not: training is measured on augmented pictures, with dropout, and as the mean over an epoch in which the model was
    still getting better; validation on plain pictures with the weights at its end, often averaged ones.

    ## How to fix
    Nothing to do. To compare the two, evaluate the training pictures without augmentation in evaluation mode. A difference
    that is large from the first epoch on is worth a look for pictures that are in both splits: `traindx check DATA`.

    Compared are medians over the second half of the log, of losses with the same parts. Defaults are guesses.
    """
    pairs = []
    if set(history.train_parts) == set(history.val_parts):
        pairs.append(("loss", history.train_loss, history.val_loss, 1))
    pairs += [
        (name, values, history.metrics[name], -1)
        for name, values in history.train_metrics.items()
        if name in history.metrics
    ]
    levels = [(n, *_levels(t, v), sign) for n, t, v, sign in pairs if (np.isfinite(t) & np.isfinite(v)).sum() >= epochs]
    if not levels:
        raise NotEnough(f"needs {epochs} epochs with a training and a validation loss of the same parts")
    for name, train, val, sign in levels:
        yield Measured(f"{name} of training and of validation, second half", f"{train:.3g}, {val:.3g}")
        if sign * (train - val) > (share * abs(train) if sign > 0 else points):
            relation = "below" if sign > 0 else "above"
            yield Finding(
                Place(path=history.source),
                f"the {name} of validation is {val:.3g}, {relation} the {train:.3g} of training: usual with augmentation, dropout "
                "or means over an epoch, no fault",
                (
                    Measured(f"{name} of validation over that of training", val / train if train else float("nan")),
                    curves_of(history, "validation and training"),
                ),
            )


def _levels(train: Floats, val: Floats) -> tuple[float, float]:
    both = np.flatnonzero(np.isfinite(train) & np.isfinite(val))
    late = both[len(both) // 2 :]
    return float(np.median(train[late])), float(np.median(val[late]))


@validation_below_training.fires_on
def strong_augmentation() -> Facts:
    return {"history": history_of([{"train/loss": 2.0 * 0.9**i, "val/loss": 1.6 * 0.9**i} for i in range(20)])}


@validation_below_training.fires_on
def dropout() -> Facts:
    rows = [
        {"train_metric/accuracy": 0.7 + 0.005 * i, "metric/accuracy": 0.78 + 0.005 * i, "train/loss": 1.0}
        for i in range(20)
    ]
    return {"history": history_of(rows)}


@validation_below_training.quiet_on
def validation_above_training() -> Facts:
    return {"history": history_of([{"train/loss": 2.0 * 0.9**i, "val/loss": 2.2 * 0.92**i} for i in range(20)])}


@validation_below_training.quiet_on
def a_metric_of_training_alone_above_it() -> Facts:
    rows = [
        {"train_metric/accuracy": 0.95, "metric/accuracy": 0.9, "train/loss": 1.0, "val/box": 0.5} for _ in range(20)
    ]
    return {"history": history_of(rows)}
