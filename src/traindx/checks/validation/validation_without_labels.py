"""V417: the validation box loss is exactly zero: no validation picture had a usable label."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured, Place
from traindx.core.history import History, history_of
from traindx.core.small_dataset import dataset_of


@check("V417", level="error", preview=True)
def validation_without_labels(
    history: History, dataset: Dataset | None = None, *, growth: float = 3.0
) -> Iterator[Finding | Measured]:
    """The box loss of validation is exactly zero in every epoch, that of training is not.

    ## Why is this bad?
    A box loss is summed over labelled objects: exactly zero means that there was not one in the whole validation split, so
    the metric stays at zero whatever the model learns, and the best epoch is chosen by chance.

    ## How to fix
    `traindx check DATA` names the folder in which the labels of the validation split were looked for. Correct `val:` or move
    the labels, and delete `*.cache`.

    A console log that says in words that no label was found is believed. Three other things leave the same zero, and are
    told apart: validation that was switched off (Ultralytics with `val=False` writes 0 for each part), labels that the
    examined dataset has, and weights that were thrown away, whose predictions match no label any more: a training loss of
    an epoch over `growth` times the first one (a guess).
    """
    if history.no_labels is not None and (dataset is None or not _val_boxes(dataset)):
        yield Measured("what the log says of labels", history.no_labels)
        yield Finding(Place(path=history.source), f"the log says in {history.no_labels} (should have labels)")
        return
    train, val = history.train_parts.get("box"), history.val_parts.get("box")
    if train is None or val is None or not len(history):
        raise NotEnough("needs the box losses of training and validation")
    if len(history.val_parts) > 1 and all((part == 0).all() for part in history.val_parts.values()):
        return
    total = history.train_loss
    if not np.isfinite(total).all() or float(total.max()) > growth * float(total[0]):
        return
    if dataset is not None and _val_boxes(dataset):
        yield Measured("boxes in the labels of val", _val_boxes(dataset), "above 0")
        return
    yield Measured("highest box loss of validation", float(val.max()), "above 0")
    if (val == 0).all() and (train > 0).any():
        yield Finding(
            Place(path=history.source, setting="val"),
            f"the validation box loss is exactly 0 in all {len(history)} epochs (should be near the training box loss, "
            f"{train[-1]:.3g}): no validation picture had a usable label",
            (Measured("highest box loss of validation", 0.0, "above 0"),),
        )


def _val_boxes(dataset: Dataset) -> int:
    owners = dataset.images.split[dataset.boxes.image]
    return int((owners == "val").sum())


@validation_without_labels.fires_on
def a_split_whose_labels_are_not_found() -> Facts:
    return {"history": history_of([{"train/box": 0.9, "val/box": 0.0, "metric/mAP50": 0.0}])}


@validation_without_labels.fires_on
def a_console_log_that_says_so() -> Facts:
    said = "line 53: no labels found in detect set"
    return {"history": history_of([{"train/box": 0.9, "metric/mAP50": 0.0}], no_labels=said)}


@validation_without_labels.quiet_on
def an_ordinary_run() -> Facts:
    return {"history": history_of([{"train/box": 0.9, "val/box": 0.01}])}


@validation_without_labels.quiet_on
def a_log_without_training_boxes() -> Facts:
    return {"history": history_of([{"train/box": 0.0, "val/box": 0.0}])}


@validation_without_labels.quiet_on
def weights_that_were_thrown_away() -> Facts:
    train, val = (12.0, 650.0, 14.0), (1.2e6, 0.0, 0.0)
    rows = [{"train/box": 6.0, "train/cls": a, "val/box": 0.0, "val/cls": b} for a, b in zip(train, val, strict=True)]
    return {"history": history_of(rows)}


@validation_without_labels.quiet_on
def validation_switched_off() -> Facts:
    return {"history": history_of([{"train/box": 0.9, "train/cls": 1.0, "val/box": 0.0, "val/cls": 0.0}])}


@validation_without_labels.quiet_on
def a_split_whose_labels_are_there() -> Facts:
    dataset = dataset_of([{"path": "a.jpg"}, {"path": "b.jpg", "split": "val"}], [{"image": 0}, {"image": 1}])
    return {"history": history_of([{"train/box": 0.9, "val/box": 0.0, "val/cls": 2.0}]), "dataset": dataset}
