"""V450: from the first epoch on the validation loss lies far above guessing, while training is learned."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.checks.validation.curve import curves_of, end_of, smooth
from traindx.checks.validation.learned_alone import LEARNED, accuracy_of
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.history import Floats, History, history_of


@check("V450", level="error", preview=True)
def validation_far_above_guessing(
    history: History,
    *,
    epochs: int = 5,
    times: float = 3.0,
    above: float = 7.0,
    share: float = 0.5,
    gain: float = 0.15,
    fell: float = 0.3,
) -> Iterator[Finding | Measured]:
    """The validation loss is soon many times what guessing costs and stays there, while training learns its classes.

    ## Why is this bad?
    A model that only fails to generalise guesses, and is certain of its errors after many epochs. One that is certain and wrong
    from the first epoch on is given other numbers in validation: running statistics of normalisation layers that do not fit,
    pictures that are scaled or prepared in another way, or half precision.

    ## How to fix
    Evaluate one training batch in both modes, `model.train()` and `model.eval()`: another loss means normalisation layers
    (`traindx prove RUN --twins` does it). The same loss means that the pictures of validation are prepared in another way.

    The validation loss is above `times` the highest training loss, and above `above`, the chance of a thousand classes, in all of
    `epochs` and more, or above twice that from the fourth on (labels of another order reach ten); the training loss falls to
    `fell` of its first, or its accuracy is above 0.7; and the accuracy of validation is at best `share` of that of training and
    gains less than `gain` of what it lacked of it. A loss that is summed over batches is high as well, beside an accuracy that
    follows. Defaults are guesses.
    """
    known = accuracy_of(history, epochs)
    if known is None or set(history.train_parts) != {"loss"} or set(history.val_parts) != {"loss"}:
        raise NotEnough(f"needs {epochs} epochs with both losses and an accuracy of validation")
    train, val = history.train_loss[np.isfinite(history.train_loss)], history.val_loss[np.isfinite(history.val_loss)]
    if len(train) < epochs or len(val) < epochs or not float(train.max()) > 0:
        raise NotEnough(f"needs {epochs} epochs with both losses")
    name, accuracy = known
    later = float(val.min()) <= above  # then the first ones, of weights near their start, do not count
    val = val[min(3, len(val) - epochs) :] if later else val
    ratio, best = float(val.min() / train.max()), float(np.nanmax(smooth(accuracy)))
    yield Measured("lowest validation loss, in highest training losses", ratio, f"below {times:g}")
    reached = _reached(history, name, train, fell)
    if (
        ratio > times
        and float(val.min()) > (2 * above if later else above)
        and reached is not None
        and best <= min(share * reached, accuracy[0] + gain * (reached - accuracy[0]))
    ):
        yield Finding(
            Place(path=history.source),
            f"the validation loss is {val.min():.3g} at best (should be near that of training, {train.max():.3g} at most and "
            f"{end_of(train):.3g} at the end), and {name} of validation {best:.3g} at best: it sees other numbers than training",
            (Measured("lowest validation loss", float(val.min())), curves_of(history, "validation far above guessing")),
        )


def _reached(history: History, name: str, train: Floats, fell: float) -> float | None:
    """The accuracy of training at the end, 1 where the loss alone tells that it was learned, None where it was not."""
    known = history.train_metrics.get(name)
    if known is not None and np.isfinite(known).any():
        return end_of(known) if end_of(known) >= LEARNED else None
    return 1.0 if end_of(train) <= fell * train[0] else None


def _run(val: float, accuracy: float) -> Facts:
    rows = [{"train/loss": 1.3 * 0.6**i, "val/loss": val + i % 3, "metric/accuracy": accuracy} for i in range(10)]
    return {"history": history_of(rows)}


@validation_far_above_guessing.fires_on
def statistics_that_do_not_fit() -> Facts:
    return _run(val=260.0, accuracy=0.2)


@validation_far_above_guessing.fires_on
def statistics_that_are_left_behind() -> Facts:
    rows = [
        {"train/loss": 2.1 * 0.6**i, "val/loss": (2.2, 5.6, 9.2)[i] if i < 3 else 22.0 + i % 3, "metric/accuracy": 0.2}
        for i in range(12)
    ]
    return {"history": history_of(rows)}


@validation_far_above_guessing.quiet_on
def labels_in_another_order() -> Facts:
    rows = [
        {"train/loss": 2.1 * 0.7**i, "val/loss": 4.2 if i == 0 else 8.3 + 0.2 * i, "metric/accuracy": 0.01}
        for i in range(15)
    ]
    return {"history": history_of(rows)}


@validation_far_above_guessing.quiet_on
def a_loss_that_is_summed_over_batches() -> Facts:
    return _run(val=118.0, accuracy=0.9)


@validation_far_above_guessing.quiet_on
def a_summed_loss_of_a_hundred_classes() -> Facts:
    rows = [
        {"train/loss": 4.5 * 0.8**i, "val/loss": 370.0 - 3 * i, "metric/accuracy": min(0.05 + 0.02 * i, 0.35)}
        for i in range(20)
    ]
    return {"history": history_of(rows)}


@validation_far_above_guessing.quiet_on
def few_pictures_learned_by_heart() -> Facts:
    rows = [
        {"train/loss": 2.3 * 0.7**i, "val/loss": 2.2 + 0.3 * i, "metric/accuracy": 0.3 + 0.01 * (i % 2)}
        for i in range(20)
    ]
    return {"history": history_of(rows)}
