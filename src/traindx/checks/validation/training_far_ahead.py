"""V455: training is learned by heart, and validation stays far behind."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.checks.validation.curve import curves_of, end_of, smooth
from traindx.checks.validation.learned_alone import accuracy_of, learned_alone
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.history import Floats, History, history_of


@check("V455", level="warning", preview=True)
def training_far_ahead(
    history: History, *, epochs: int = 5, learned: float = 0.9, gap: float = 0.35, rise: float = 0.3, wide: float = 0.6
) -> Iterator[Finding | Measured]:
    """The accuracy of training is near 1 and that of validation far below it, and no longer follows.

    ## Why is this bad?
    The training pictures are learned by heart. The accuracy of validation may still creep up, but most of what was learned since
    the validation loss turned is of the training pictures alone.

    ## How to fix
    More or more varied pictures, augmentation, weights that were trained on more, weight decay or dropout, fewer layers trained;
    and the weights of the epoch in which the validation loss was lowest, or soon after.

    The accuracy of training ends above `learned`, that of validation at least `gap` below it, and the validation loss at least
    `rise` above its lowest level; or validation is `wide` below; or, where no validation loss is logged, training gained a tenth
    in the second half of the epochs and validation a fiftieth at most. A rising loss beside a small gap is a classifier that
    grows certain; a large gap beside a loss that holds may be a harder set of pictures. Defaults are guesses.
    """
    known = accuracy_of(history, epochs)
    train = None if known is None else history.train_metrics.get(known[0])
    if known is None or train is None or not np.isfinite(train).any():
        raise NotEnough(f"needs {epochs} epochs with the accuracy of both sets")
    name, values = known
    ahead, after = end_of(train, 3) - end_of(values, 3), _after(history, train, values, rise, epochs)
    yield Measured(f"{name} of training above that of validation", ahead, f"below {gap:g}")
    if end_of(train, 3) > learned and (ahead > wide or (ahead > gap and after)) and not learned_alone(history):
        turn = (
            float(history.epoch[int(np.nanargmin(history.val_loss))]) if np.isfinite(history.val_loss).any() else None
        )
        yield Finding(
            Place(path=history.source),
            f"{name} of training ends at {end_of(train, 3):.3g} and that of validation at {end_of(values, 3):.3g}{after} "
            "(should follow)",
            (curves_of(history, "training far ahead", onset=turn),),
        )


def _after(history: History, train: Floats, values: Floats, rise: float, epochs: int) -> str:
    """What shows that validation no longer follows, in words: its loss has turned, or its accuracy stands while training gains."""
    val = history.val_loss[np.isfinite(history.val_loss)]
    if len(val) >= epochs:
        low, end = float(np.nanmin(smooth(val, 3))), end_of(val, 3)
        epoch = history.epoch[int(np.nanargmin(history.val_loss))]
        return (
            f", and the validation loss rose from {low:.3g} to {end:.3g} since epoch {epoch}"
            if end > (1 + rise) * low > 0
            else ""
        )
    trained = train[np.isfinite(train)]
    if len(trained) < 2 * epochs or len(values) < 2 * epochs:
        return ""
    gained, followed = (end_of(v, 3) - end_of(v[: len(v) // 2], 3) for v in (trained, values))
    return (
        f", and in the second half of the epochs they gained {gained:.2g} and {followed:.2g}"
        if gained >= 0.05 and followed <= 0.03
        else ""
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


@training_far_ahead.fires_on
def sixty_pictures_learned_by_heart() -> Facts:
    rows = [{"val/loss": 2.4, "metric/accuracy": 0.25, "train_metric/accuracy": 1 - 0.8**i} for i in range(30)]
    return {"history": history_of(rows)}


@training_far_ahead.fires_on
def training_goes_on_alone() -> Facts:
    rows = [{"metric/accuracy": min(0.49, 0.1 * i), "train_metric/accuracy": 0.4 + 0.021 * i} for i in range(27)]
    return {"history": history_of(rows)}


@training_far_ahead.quiet_on
def a_hundred_classes_at_the_end_of_their_schedule() -> Facts:
    rows = [{"metric/accuracy": 0.3 + 0.009 * i, "train_metric/accuracy": 0.39 + 0.018 * i} for i in range(34)]
    return {"history": history_of(rows)}
