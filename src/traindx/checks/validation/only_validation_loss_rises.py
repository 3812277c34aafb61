"""V412: the validation loss rises far while the training loss falls, and the metric gains nothing."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.checks.validation.curve import curves_of, end_of, noise, smooth
from traindx.checks.validation.learned_alone import learned_alone
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.history import History, history_of


@check("V412", level="warning", preview=True)
def only_validation_loss_rises(
    history: History, *, rise: float = 0.3, fall: float = 0.3, good: float = 0.9, far: float = 0.5, epochs: int = 5
) -> Iterator[Finding | Measured]:
    """Since the validation loss was lowest, training loss fell far, validation loss rose far, and the metric gained nothing.

    ## Why is this bad?
    What was learnt since then was of the training pictures alone. The metric has not suffered yet, or is not logged, but
    the model has become more certain of its errors, and the epochs since then bought nothing.

    ## How to fix
    Stop about at the lowest validation loss. To get further: more or more varied pictures, stronger augmentation, weight
    decay, label smoothing, a smaller model.

    Where the metric falls too, V402 says so. A metric that rose by more than its noise since then, or is above `good`, is
    no finding: a classifier that grows certain has a rising loss and is better. Where the loss rose by `far`, the metric must
    have gained a quarter of what it lacked. Defaults are guesses.
    """
    train, val = history.train_loss, history.val_loss
    if len(history) < 2 * epochs or np.isfinite(val).sum() < 2 * epochs or np.isfinite(train).sum() < 2 * epochs:
        raise NotEnough(f"needs {2 * epochs} epochs with training and validation loss")
    level, trained = smooth(val), smooth(train)
    turn = int(np.nanargmin(level))
    low, high, before, after = float(level[turn]), end_of(val), float(trained[turn]), end_of(train)
    if low <= 0 or before <= 0:
        raise NotEnough("losses that are not above zero cannot be compared by shares")
    yield Measured("rise of the validation loss since its lowest", high / low - 1, f"below {rise:g}")
    yield Measured("fall of the training loss since then", 1 - after / before)
    if len(history) - turn <= epochs or _gained(history, turn, good, high > (1 + far) * low) or learned_alone(history):
        return
    risen = max(rise * low, 3 * noise(val) * np.sqrt(2 / epochs))  # the standard error of a difference of two levels
    if high - low > risen and before - after > fall * before:
        epoch = int(history.epoch[turn])
        yield Finding(
            Place(path=history.source),
            f"since epoch {epoch} the validation loss rose from {low:.3g} to {high:.3g} (should fall or hold) while the "
            f"training loss fell from {before:.3g} to {after:.3g}{_metric_words(history)}",
            (
                Measured("epoch of the turn", epoch),
                Measured("gap between the losses at the end", high - after),
                curves_of(history, "only the validation loss rises", onset=float(epoch)),
            ),
            f"stop about at epoch {epoch}",
        )


def _gained(history: History, turn: int, good: float, far: bool) -> bool:
    """Whether the metric is good, or better at the end than at the turn by more than its noise; `far`: by a quarter of what was
    missing."""
    if history.metric is None:
        return False
    values = history.metric[1]
    then, last = float(smooth(values)[turn]), end_of(values)
    missing = (1 - then) / 4 if far and 0 <= then <= 1 else 0.0
    return last >= good or last - then > max(2 * noise(values), 0.02 * abs(then), missing)


def _metric_words(history: History) -> str:
    if history.metric is None:
        return "; no metric is logged"
    name, values = history.metric
    return f"; {name} held at {end_of(values):.3g}"


def _run(gain: float, level: float = 0.7, up: float = 0.1) -> Facts:
    rows = [
        {
            "train/loss": 0.6 * 0.85**i,
            "val/loss": 0.5 - 0.02 * min(i, 5) + up * max(0, i - 5),
            "metric/accuracy": level + gain * i + 0.01 * (i % 2),
        }
        for i in range(20)
    ]
    return {"history": history_of(rows)}


@only_validation_loss_rises.fires_on
def learnt_by_heart_with_a_metric_that_holds() -> Facts:
    return _run(gain=0.0)


@only_validation_loss_rises.quiet_on
def a_classifier_that_grows_certain_and_better() -> Facts:
    return _run(gain=0.01)


@only_validation_loss_rises.quiet_on
def a_classifier_that_is_nearly_always_right() -> Facts:
    return _run(gain=0.0, level=0.96)


@only_validation_loss_rises.quiet_on
def a_validation_loss_that_drifts() -> Facts:
    return _run(gain=0.0, up=0.005)
