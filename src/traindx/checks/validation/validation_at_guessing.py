"""V458: the validation loss begins and ends at what guessing costs, and the accuracy hardly says more."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.checks.validation.curve import curves_of, end_of, smooth
from traindx.checks.validation.learned_alone import accuracy_of, learned_alone
from traindx.checks.validation.standstill import CLASSES
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.history import History, history_of


@check("V458", level="warning", preview=True)
def validation_at_guessing(
    history: History, *, epochs: int = 5, near: float = 0.05, above: float = 1.5
) -> Iterator[Finding | Measured]:
    """The validation loss is within 5 % of ln K in its first and in its last epochs, with an accuracy under 1.5 / K.

    ## Why is this bad?
    An accuracy somewhat above 1 / K comes of naming the most frequent class alone. The loss says that nothing more is known.

    ## How to fix
    Compare the accuracy with the share of the most frequent class. Let the model learn 20 pictures by heart: if it can, the
    pictures hold nothing that tells their classes, the labels do not belong to them, or the rate is too small.
    `traindx check DATA` looks at both splits.

    Only the levels of 2 to 10, 20, 100 and 1000 classes are compared. Defaults are guesses.
    """
    known = accuracy_of(history, epochs)
    val = history.val_loss[np.isfinite(history.val_loss)]
    if known is None or set(history.val_parts) != {"loss"} or len(val) < epochs:
        raise NotEnough(f"needs {epochs} epochs with a validation loss and its accuracy")
    name, values = known
    best = float(np.nanmax(smooth(values)))
    at = [k for k in CLASSES if max(abs(v / np.log(k) - 1) for v in (val[0], end_of(val))) <= near and best < above / k]
    yield Measured("validation loss at the end", end_of(val), "below the loss of guessing")
    if at and not history.adversarial and best > 0.5 / min(at) and not learned_alone(history):
        k = min(at, key=lambda k: abs(end_of(val) / np.log(k) - 1))
        yield Finding(
            Place(path=history.source),
            f"the validation loss began at {val[0]:.3g} and ends at {end_of(val):.3g}, near ln {k} = {np.log(k):.3g}, which "
            f"guessing among {k} classes gives (should fall), and {name} is {best:.3g} at best",
            (curves_of(history, "validation at guessing"),),
        )


def _run(first: float, last: float, accuracy: float) -> Facts:
    rows = [
        {
            "train/loss": 0.96 - 0.01 * i,
            "val/loss": first + (last - first) * i / 14,
            "metric/accuracy": accuracy - 0.005 * (i % 3),
        }
        for i in range(15)
    ]
    return {"history": history_of(rows)}


@validation_at_guessing.fires_on
def the_most_frequent_class_alone() -> Facts:
    return _run(0.693, 0.674, 0.6)


@validation_at_guessing.quiet_on
def two_classes_that_are_told_apart() -> Facts:
    return _run(0.69, 0.52, 0.74)


@validation_at_guessing.quiet_on
def a_smoothed_loss_beside_a_good_accuracy() -> Facts:
    return _run(0.7, 0.68, 0.93)


@validation_at_guessing.quiet_on
def a_domain_classifier() -> Facts:
    rows = [{"train/loss": 0.694, "val/loss": 0.695, "metric/accuracy": 0.5 + 0.02 * (i % 3)} for i in range(15)]
    return {"history": history_of(rows, adversarial=True)}


@validation_at_guessing.quiet_on
def ten_classes_in_the_middle_of_learning() -> Facts:
    return _run(2.3, 1.9, 0.14)
