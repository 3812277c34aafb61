"""D506: predictions that agree with the labels as only a model can that was trained on them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.box_doubts import box_doubts
from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured, Place
from traindx.core.matching import usable
from traindx.core.predicted_examples import predicted_cells, predicted_pictures
from traindx.core.predictions import Predictions, labels_of


@check("D506", level="note")
def predictions_too_good(
    dataset: Dataset, predictions: Predictions, *, enough: int = 50, iou: float = 0.95, agree: float = 0.995
) -> Iterator[Finding | Measured]:
    """Predictions and labels agree so well that the model has probably been trained on these labels.

    Boxes: the median IoU where they meet is at least `iou`. Pictures: at least the share `agree` has the label's class, with a
    mean probability of 0.99. All are guesses; `enough` objects are needed.

    ## Why is this bad?
    A model repeats the errors of the labels it has seen, so that it disputes few of them: the ranking is worth little.

    ## How to fix
    Predict each picture with a model that was trained without it: split the set in folds, train once per fold.
    """
    if predictions.probabilities.size:
        labels = labels_of(dataset, predictions)
        known = labels >= 0
        if known.sum() < enough:
            return
        same = float(np.mean(predictions.class_id[known] == labels[known]))
        yield Measured("agreement of predictions and labels", same, f"below {agree:g}, out of sample")
        if same < agree or predictions.score[known].mean() < 0.99:
            return
        text = f"{same:.1%} of {int(known.sum()):,} pictures are predicted as labelled: the model has probably seen the labels"
    else:
        met = box_doubts(dataset, predictions).pairs if len(predictions) else None
        if met is None or len(met) < enough:
            return
        median, share = float(np.median(met.iou)), len(met) / max(int(usable(dataset.boxes).sum()), 1)
        yield Measured("median IoU of labels and predictions", median, f"below {iou:g}, out of sample")
        if median < iou:
            return
        text = f"{share:.0%} of the labels are met, with a median IoU of {median:.2f}: the model has probably seen the labels"
    yield Finding(Place(path=predictions.source), text)


@predictions_too_good.fires_on
def boxes_learnt_by_heart() -> Facts:
    return predicted_cells(jitter=0.0005)


@predictions_too_good.fires_on
def labels_learnt_by_heart() -> Facts:
    return predicted_pictures(sure=0.999)


@predictions_too_good.quiet_on
def predictions_out_of_sample() -> Facts:
    return predicted_cells()


@predictions_too_good.quiet_on
def classes_out_of_sample() -> Facts:
    return predicted_pictures(sure=0.9, wrong=[3, 5])
