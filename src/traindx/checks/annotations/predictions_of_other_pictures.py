"""D503: predictions whose picture ids lead to no picture of the dataset."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured, Place, Table
from traindx.core.predictions import Predictions, boxes_predicted
from traindx.core.small_dataset import dataset_of


@check("D503", level="error")
def predictions_of_other_pictures(dataset: Dataset, predictions: Predictions) -> Iterator[Finding | Measured]:
    """No picture id of the predictions leads to a picture of the dataset.

    Ids are looked up as paths, file names, stems, numbers in stems and ids of the COCO json. That some are unknown is no
    fault: the predictions may be of more pictures than the dataset.

    ## Why is this bad?
    An evaluator that matches predictions to labels by these ids finds none, and mAP is 0 whatever the model does.

    ## How to fix
    Write the picture's file name, or the `id` that the annotation json gives it, into `image_id`.
    """
    known = predictions.num_ids - len(predictions.unknown)
    yield Measured("picture ids of the predictions that the dataset has", known, f"{predictions.num_ids}")
    yield Measured("classes of the predictions read as", predictions.class_rule)
    if predictions.box_rule:
        yield Measured("boxes of the predictions read as", predictions.box_rule)
    if known or not predictions.num_ids:
        return
    theirs, ours = list(predictions.unknown[:5]), [str(p) for p in dataset.images.path[:5]]
    rows = tuple((theirs[i] if i < len(theirs) else "", p) for i, p in enumerate(ours))
    text = f"none of {predictions.num_ids:,} picture ids is one of the {len(dataset.images):,} pictures (first id: {theirs[0]})"
    yield Finding(Place(path=predictions.source), text, (Table("Ids and pictures", ("predictions", "dataset"), rows),))


@predictions_of_other_pictures.fires_on
def ids_that_nobody_knows() -> Facts:
    return {
        "dataset": dataset_of([{"path": "a.jpg"}]),
        "predictions": boxes_predicted([], unknown=("1", "2"), num_ids=2),
    }


@predictions_of_other_pictures.quiet_on
def predictions_of_more_pictures_than_the_dataset() -> Facts:
    facts = {"dataset": dataset_of([{"path": "a.jpg"}], [{"image": 0}])}
    return {**facts, "predictions": boxes_predicted([{}], unknown=("1", "2"), num_ids=3)}
