"""V417: the validation box loss is exactly zero: no validation picture had a usable label."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.history import History, history_of


@check("V417", level="error", preview=True)
def validation_without_labels(history: History) -> Iterator[Finding | Measured]:
    """The box loss of validation is exactly zero in every epoch, that of training is not.

    ## Why is this bad?
    A box loss is summed over labelled objects: exactly zero means that there was not one in the whole validation split, so
    the metric stays at zero whatever the model learns, and the best epoch is chosen by chance.

    ## How to fix
    `traindx check DATA` names the folder in which the labels of the validation split were looked for. Correct `val:` or move
    the labels, and delete `*.cache`.
    """
    train, val = history.train_parts.get("box"), history.val_parts.get("box")
    if train is None or val is None or not len(history):
        raise NotEnough("needs the box losses of training and validation")
    yield Measured("highest box loss of validation", float(val.max()), "above 0")
    if (val == 0).all() and (train > 0).any():
        yield Finding(
            Place(path=history.source, setting="val"),
            f"the validation box loss is exactly 0 in all {len(history)} epochs (should be near the training box loss, "
            f"{train[-1]:.3g}): no validation picture had a usable label",
            (Measured("highest box loss of validation", 0.0, "above 0"),),
        )


@validation_without_labels.fires_on
def a_split_whose_labels_are_not_found() -> Facts:
    return {"history": history_of([{"train/box": 0.9, "val/box": 0.0, "metric/mAP50": 0.0}])}


@validation_without_labels.quiet_on
def an_ordinary_run() -> Facts:
    return {"history": history_of([{"train/box": 0.9, "val/box": 0.01}])}


@validation_without_labels.quiet_on
def a_log_without_training_boxes() -> Facts:
    return {"history": history_of([{"train/box": 0.0, "val/box": 0.0}])}
