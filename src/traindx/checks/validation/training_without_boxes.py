"""V452: the box loss of training is exactly zero: no training picture had a box that was used."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.history import History, history_of


@check("V452", level="error", preview=True)
def training_without_boxes(history: History, *, epochs: int = 2, zero: float = 0.001) -> Iterator[Finding | Measured]:
    """The box loss of training is exactly zero in every epoch and the metric stays at zero.

    ## Why is this bad?
    A box loss is summed over the objects that a detector is given: exactly zero means that it was given none. It learns to answer
    with nothing, its classification loss falls and its accuracy is 100 %, because all is background.

    ## How to fix
    `traindx check DATA` says whether the labels of the training split are found. Then compare names: OpenMMLab leaves out every
    annotation whose category is not among `metainfo.classes`, and one name alone needs a comma: `classes=("cat",)`.

    A part that is written as zero beside a metric above `zero` is a part that is not used.
    """
    box = history.train_parts.get("box")
    metric = history.metrics.get("mAP50", history.metrics.get("mAP50-95"))
    if box is None or np.isfinite(box).sum() < epochs or metric is None or not np.isfinite(metric).any():
        raise NotEnough(f"needs {epochs} epochs with a box loss of training, and mAP")
    best, others = float(np.nanmax(metric)), [v for name, v in history.train_parts.items() if name != "box"]
    yield Measured("highest box loss of training", float(np.nanmax(box)), "above 0")
    if float(np.nanmax(np.abs(box))) == 0 and best <= zero and any((values > 0).any() for values in others):
        yield Finding(
            Place(path=history.source, setting="train"),
            f"the box loss of training is exactly 0 in all {len(history)} epochs (should be above 0) and mAP {best:.2g} at best: "
            "no training picture had a box that was used",
            (Measured("highest box loss of training", 0.0, "above 0"),),
        )


def _run(box: float, metric: float) -> Facts:
    rows = [{"train/loss": 0.4 * 0.7**i, "train/box": box, "metric/mAP50": metric} for i in range(6)]
    return {"history": history_of(rows)}


@training_without_boxes.fires_on
def categories_that_the_settings_do_not_name() -> Facts:
    return _run(box=0.0, metric=0.0)


@training_without_boxes.quiet_on
def a_part_that_is_not_used() -> Facts:
    return _run(box=0.0, metric=0.4)


@training_without_boxes.quiet_on
def a_detector_that_has_not_learned_yet() -> Facts:
    return _run(box=0.01, metric=0.0)
