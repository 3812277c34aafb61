"""V451: validation is right less often than guessing would be, while training is learned."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.checks.validation.curve import curves_of, end_of
from traindx.checks.validation.learned_alone import LEARNED, accuracy_of
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.history import History, history_of


@check("V451", level="error", preview=True)
def validation_always_wrong(history: History, *, epochs: int = 5, least: float = 0.01) -> Iterator[Finding | Measured]:
    """Training is learned and the accuracy of validation is 0, or nearly so, in every epoch: guessing is right more often.

    ## Why is this bad?
    A model that has learned nothing of use is right by chance now and then. One that never is answers another question: the
    classes of validation are counted in another order than those of training.

    ## How to fix
    Print `train_set.classes` and `val_set.classes`, or the ids that each split's labels use: `traindx check DATA` compares them.
    One mapping from names to ids, made once, belongs to all splits.

    The accuracy is at most `least` in the median, twice that in any epoch and half of it at the end, that of training ends above
    0.7, and the validation loss above the highest training loss. Defaults are guesses; few of 1000 classes are guessed right as
    well, by a model whose training is as poor.
    """
    known = accuracy_of(history, epochs)
    if known is None or not np.isfinite(history.val_loss).any() or not np.isfinite(history.train_loss).any():
        raise NotEnough(f"needs {epochs} epochs with both losses and an accuracy of validation")
    name, values = known
    train = history.train_metrics.get(name)
    yield Measured(f"highest {name} of validation", float(values.max()), f"above {least:g}")
    wrong = float(np.median(values)) <= least and float(values.max()) <= 2 * least and end_of(values) <= least / 2
    if train is None or end_of(train) < LEARNED or not wrong:
        return
    if end_of(history.val_loss) > float(np.nanmax(history.train_loss)):
        yield Finding(
            Place(path=history.source),
            f"{name} of validation is {values.max():.3g} at best in {len(values)} epochs (guessing is right more often), that "
            f"of training {end_of(train):.3g}: the classes of validation are counted in another order",
            (curves_of(history, "validation is always wrong"),),
        )


def _run(val: float, train: float, loss: float = 4.0, once: float = 0.0) -> Facts:
    rows = [
        {
            "train/loss": 0.8 * 0.6**i,
            "val/loss": loss,
            "metric/accuracy": val + once * (i == 1),
            "train_metric/accuracy": train,
        }
        for i in range(8)
    ]
    return {"history": history_of(rows)}


@validation_always_wrong.fires_on
def classes_in_another_order() -> Facts:
    return _run(val=0.0, train=0.99)


@validation_always_wrong.fires_on
def right_a_little_more_often_once() -> Facts:
    return _run(val=0.005, train=0.99, once=0.01)


@validation_always_wrong.quiet_on
def guessing_among_ten() -> Facts:
    return _run(val=0.1, train=0.99)


@validation_always_wrong.quiet_on
def a_thousand_classes_that_training_has_not_learned_either() -> Facts:
    return _run(val=0.001, train=0.002)


@validation_always_wrong.quiet_on
def a_share_beside_percents() -> Facts:
    return _run(val=0.0042, train=0.5, loss=0.3)
