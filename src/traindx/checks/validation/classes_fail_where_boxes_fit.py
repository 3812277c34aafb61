"""V434: in validation the boxes fit as in training, and the classes do not."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.checks.validation.curve import curves_of, end_of
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.history import Floats, History, history_of
from traindx.core.recording import Recording


@check("V434", level="warning", preview=True)
def classes_fail_where_boxes_fit(
    history: History,
    recording: Recording | None = None,
    *,
    fit: float = 1.3,
    times: float = 2.5,
    low: float = 0.3,
    never: float = 0.1,
    epochs: int = 5,
) -> Iterator[Finding | Measured]:
    """A detector's box loss is as low in validation as in training, its class loss is several times as high, and mAP is low.

    ## Why is this bad?
    The objects are found and called by other names: ids or the order of names differ between the splits, or between the weights
    that training began with and the dataset. A model that has not learned its classes fails in training as well, one that
    overfits fails in its boxes, too.

    ## How to fix
    `traindx check DATA` compares the classes of the splits. Look at some validation pictures with their labels drawn.

    Compared are medians over the second half: box loss up to `fit`, class loss `times` as high as in training, and mAP50 below
    `low` at best. The class loss was so high in every epoch; or it never came under its first epoch by more than a tenth while
    the box loss of validation fell by that, and mAP50 is below `never` at best. Defaults are guesses; public logs of YOLOv5
    have class losses four times as high with boxes that fit, and an mAP50 far above.
    """
    parts = [history.train_parts.get(n) for n in ("box", "cls")] + [history.val_parts.get(n) for n in ("box", "cls")]
    metric = history.metrics.get("mAP50")
    if recording is not None or metric is None or any(part is None for part in parts) or len(history) < epochs:
        raise NotEnough(f"needs {epochs} epochs with box and class losses of training and validation, and mAP50")
    train_box, train_cls, val_box, val_cls = (part for part in parts if part is not None)
    boxes, classes = _ratio(val_box, train_box), _ratio(val_cls, train_cls)
    if not np.isfinite(boxes).all() or not np.isfinite(classes).all():
        raise NotEnough("needs losses that are finite and above zero")
    late = slice(len(history) // 2, None)
    box, cls, best = float(np.median(boxes[late])), float(np.median(classes[late])), float(np.nanmax(metric))
    yield Measured("box loss of validation over that of training", box)
    yield Measured("class loss of validation over that of training", cls, f"below {times:g}")
    stays = float(val_cls.min()) >= 0.9 * float(val_cls[0]) and end_of(val_box) <= 0.9 * float(val_box[0])
    throughout = float(classes.min()) >= 0.8 * times
    if 0.3 < box <= fit and cls >= times and ((throughout and best < low) or (stays and best < never)):
        yield Finding(
            Place(path=history.source),
            f"in validation the class loss is {cls:.2g} times that of training, the box loss {box:.2g} times, and mAP50 is "
            f"{best:.2g} at best (should be alike): objects are found and called by other names",
            (Measured("class loss over that of training", cls), curves_of(history, "classes fail, boxes fit")),
        )


def _ratio(values: Floats, other: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(values / other, dtype=np.float64)


def _run(box: float, cls: float, metric: float) -> Facts:
    row = {"train/box": 1.2, "train/cls": 0.8, "val/box": 1.2 * box, "val/cls": 0.8 * cls, "metric/mAP50": metric}
    return {"history": history_of([row] * 8)}


@classes_fail_where_boxes_fit.fires_on
def names_in_another_order() -> Facts:
    return _run(0.85, 4.4, 0.16)


def _from_scratch(val_cls: float, metric: float) -> Facts:
    rows = [
        {
            "train/box": 3 * 0.9**i,
            "train/cls": 4 * 0.8**i,
            "val/box": 3 * 0.9**i,
            "val/cls": 4 * val_cls**i,
            "metric/mAP50": metric,
        }
        for i in range(12)
    ]
    return {"history": history_of(rows)}


@classes_fail_where_boxes_fit.fires_on
def names_in_another_order_from_scratch() -> Facts:
    return _from_scratch(1.01, 0.02)


@classes_fail_where_boxes_fit.quiet_on
def classes_that_come_more_slowly() -> Facts:
    return _from_scratch(0.92, 0.08)


@classes_fail_where_boxes_fit.quiet_on
def overfitting() -> Facts:
    return _run(3.0, 8.0, 0.16)


@classes_fail_where_boxes_fit.quiet_on
def a_class_loss_that_is_high_beside_a_good_metric() -> Facts:
    return _run(1.1, 4.4, 0.5)
