"""D510: boxes to which a model gives another class."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.box_doubts import box_doubts
from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured
from traindx.core.predicted_examples import predicted_cells
from traindx.core.prediction_findings import MOST, PICTURES, more, name_of, picture_with, require_enough, worst
from traindx.core.predictions import Predictions
from traindx.core.row_findings import place_of


@check("D510", level="warning")
def class_disputed(dataset: Dataset, predictions: Predictions, *, least: float = 0.4) -> Iterator[Finding | Measured]:
    """A model predicts another class at the place of a box, and its own class less surely or not at all.

    The doubt of a box is what the best prediction of another class is worth, less that of its own class: how far above one
    half is the share of predictions of that class with about that score whose label has it, times the IoU. Reported from
    `least` on (set on labels planted into BCCD, see docs/label-noise.md). After ObjectLab (Tkachenko et al. 2023).

    ## Why is this bad?
    The model is taught that the object is something else, and rare classes suffer most.

    ## How to fix
    Look at the boxes in the order given and correct the class where the prediction is right.
    """
    if not len(predictions) or predictions.probabilities.size:
        return
    require_enough(len(predictions))
    doubts = box_doubts(dataset, predictions)
    order = worst(doubts.swapped, least)
    yield Measured("boxes with a disputed class", len(order), "0")
    for rank, i in enumerate(order[:MOST].tolist()):
        image, by = int(dataset.boxes.image[i]), int(doubts.swapped_by[i])
        said = name_of(dataset, predictions.class_id[by])
        text = (
            f"labelled {name_of(dataset, dataset.boxes.class_id[i])}, predicted {said} with {predictions.score[by]:.2f}"
        )
        evidence = Measured("doubt", round(float(doubts.swapped[i]), 3), f"below {least:g}")
        shown = [picture_with(dataset, predictions, image, i, by)] if rank < PICTURES else []
        yield Finding(place_of(dataset, i), text + more(rank, len(order)), (evidence, *shown))


@class_disputed.fires_on
def a_round_cell_labelled_flat() -> Facts:
    return predicted_cells(renamed=[4])


@class_disputed.quiet_on
def classes_that_agree() -> Facts:
    return predicted_cells()


@class_disputed.quiet_on
def classes_that_the_model_cannot_tell_apart() -> Facts:
    return predicted_cells(renamed=range(0, 60, 3))
