"""V455: training is learned by heart, validation stays far behind, and its loss has turned."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.checks.validation.curve import curves_of, end_of, smooth
from traindx.checks.validation.learned_alone import accuracy_of, learned_alone
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.history import History, history_of


@check("V455", level="warning", preview=True)
def training_far_ahead(
    history: History, *, epochs: int = 5, learned: float = 0.9, gap: float = 0.35, rise: float = 0.3
) -> Iterator[Finding | Measured]:
    """The accuracy of training is near 1, that of validation far below it, and the validation loss rose since its lowest epoch.

    ## Why is this bad?
    The training pictures are learned by heart. The accuracy of validation may still creep up, but most of what was learned since
    the validation loss turned is of the training pictures alone.

    ## How to fix
    More or more varied pictures, augmentation, weights that were trained on more, weight decay or dropout, fewer layers trained;
    and the weights of the epoch in which the validation loss was lowest, or soon after.

    The accuracy of training ends above `learned`, that of validation at least `gap` below it, and the validation loss at least
    `rise` above its lowest level. A rising loss beside a small gap is a classifier that grows certain; a large gap beside a loss
    that holds may be a harder set of pictures. Where the metric falls V402 says more. Defaults are guesses.
    """
    known = accuracy_of(history, epochs)
    train = None if known is None else history.train_metrics.get(known[0])
    val = history.val_loss[np.isfinite(history.val_loss)]
    if known is None or train is None or not np.isfinite(train).any() or len(val) < epochs or not float(val.min()) > 0:
        raise NotEnough(f"needs {epochs} epochs with a validation loss and the accuracy of both sets")
    name, values = known
    ahead, low = end_of(train, 3) - end_of(values, 3), float(np.nanmin(smooth(val, 3)))
    risen = end_of(val, 3) / low - 1
    yield Measured(f"{name} of training above that of validation", ahead, f"below {gap:g}")
    yield Measured("rise of the validation loss since its lowest", risen, f"below {rise:g}")
    if end_of(train, 3) > learned and ahead > gap and risen > rise and not learned_alone(history):
        turn = float(history.epoch[int(np.nanargmin(history.val_loss))])
        yield Finding(
            Place(path=history.source),
            f"{name} of training ends at {end_of(train, 3):.3g} and that of validation at {end_of(values, 3):.3g}, and the "
            f"validation loss rose from {low:.3g} to {end_of(val, 3):.3g} since epoch {turn:g} (should fall or hold)",
            (curves_of(history, "training far ahead", onset=turn),),
        )


def _run(top: float, up: float, train: float = 0.97) -> Facts:
    rows = [
        {
            "train/loss": 4.8 * 0.6**i,
            "val/loss": 4.4 - 0.5 * min(i, 3) + up * max(0, i - 3),
            "metric/accuracy": top * min(1.0, i / 4),
            "train_metric/accuracy": min(train, 0.25 * i),
        }
        for i in range(10)
    ]
    return {"history": history_of(rows)}


@training_far_ahead.fires_on
def few_pictures_of_many_classes() -> Facts:
    return _run(top=0.33, up=0.5)


@training_far_ahead.quiet_on
def a_classifier_that_grows_certain() -> Facts:
    return _run(top=0.8, up=0.5)


@training_far_ahead.quiet_on
def a_harder_set_of_pictures() -> Facts:
    return _run(top=0.5, up=0.0)


@training_far_ahead.quiet_on
def training_that_mixes_pictures() -> Facts:
    return _run(top=0.3, up=0.5, train=0.6)
