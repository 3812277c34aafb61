"""V429: training learns nearly all, and the accuracy of validation stays at chance from its first epoch on."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.checks.validation.curve import curves_of, end_of, smooth
from traindx.checks.validation.learned_alone import accuracy_of, learned_alone
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.history import History, history_of
from traindx.core.recording import Recording


@check("V429", level="error", preview=True)
def validation_never_follows(
    history: History, recording: Recording | None = None, *, epochs: int = 5, fell: float = 0.3, low: float = 0.2
) -> Iterator[Finding | Measured]:
    """Training is learned nearly by heart while the accuracy of validation never leaves its start, near chance.

    ## Why is this bad?
    Whatever the model learns of its training pictures tells something about others, unless validation is of another kind: its
    labels are shuffled, or counted in another order of classes, its pictures are prepared in another way, or statistics of
    normalisation layers do not fit. Plain overfitting ends far above chance.

    ## How to fix
    Evaluate on the training pictures with the validation's code: where this is poor as well, the evaluation, its preparation or
    its mode is at fault; where it is good, the validation labels and classes are. `traindx check DATA` compares the splits.

    The accuracy of validation stays below `low` (or within 0.03 of 0.5, as of two classes) and rises by less than a twentieth
    of what it lacks, while that of training ends above 0.7, or the training loss falls to `fell` of its first epoch; to 0.7
    of it where the validation loss rises from the first epoch on. Defaults are guesses.
    """
    if recording is not None:
        raise NotEnough("a recording tells more than a log")
    known = accuracy_of(history, epochs)
    if known is None:
        raise NotEnough(f"needs {epochs} epochs with an accuracy of validation")
    name, values = known
    best = float(np.nanmax(smooth(values)))
    yield Measured(f"best level of the validation's {name}", best, f"above {low:g}")
    if learned := learned_alone(history, epochs, fell, low):
        yield Finding(
            Place(path=history.source),
            f"{learned} while {name} of validation stays at {end_of(values):.3g} in all {len(values)} epochs (best {best:.3g}, "
            "should rise with training): validation measures something else than what is learned",
            (Measured(f"best level of {name}", best), curves_of(history, "validation never follows")),
        )


def _run(val: float, train: float) -> Facts:
    rows = [
        {"train/loss": 2.3 * 0.7**i, "metric/accuracy": val + 0.002 * (i % 3), "train_metric/accuracy": 0.5 + train * i}
        for i in range(10)
    ]
    return {"history": history_of(rows)}


@validation_never_follows.fires_on
def labels_in_another_order() -> Facts:
    return _run(val=0.002, train=0.05)


@validation_never_follows.fires_on
def two_classes_at_chance() -> Facts:
    return _run(val=0.498, train=0.05)


@validation_never_follows.quiet_on
def few_pictures_learned_by_heart() -> Facts:
    return _run(val=0.45, train=0.05)


@validation_never_follows.quiet_on
def a_run_that_learns_nothing() -> Facts:
    rows = [{"train/loss": 2.3, "metric/accuracy": 0.1, "train_metric/accuracy": 0.1} for _ in range(10)]
    return {"history": history_of(rows)}
