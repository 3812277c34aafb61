"""D508: objects that a model predicts and nobody annotated."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.box_doubts import box_doubts
from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured, Table
from traindx.core.predicted_examples import predicted_cells
from traindx.core.prediction_findings import (
    MOST,
    PICTURES,
    more,
    name_of,
    picture_with,
    place_of_picture,
    require_enough,
    worst,
)
from traindx.core.predictions import Predictions


@check("D508", level="warning")
def object_overlooked(
    dataset: Dataset, predictions: Predictions, *, least: float = 0.6
) -> Iterator[Finding | Measured]:
    """A model predicts an object where the labels have none.

    The doubt of a prediction is the share of predictions of its class with about its score that meet a label on this set,
    times 1 - the largest IoU with a label: 0.9 means that nine in ten such predictions are objects that somebody labelled.
    Reported from `least` on (set on labels planted into BCCD, see docs/label-noise.md). After ObjectLab
    (Tkachenko et al. 2023).

    ## Why is this bad?
    An object without a label is trained as background: recall suffers, and a right prediction is scored as a false one.

    ## How to fix
    Look at the pictures in the order given and add the boxes that are missing. Predictions should come from a model that
    did not train on these pictures, for example by folds.
    """
    if not len(predictions) or predictions.probabilities.size:
        return
    require_enough(len(predictions))
    doubts = box_doubts(dataset, predictions).overlooked
    order = worst(doubts, least)
    yield Measured("predicted objects without a label", len(order), "0")
    pictures = _by_picture(dataset, predictions, doubts)
    for rank, i in enumerate(order[:MOST].tolist()):
        image = int(predictions.image[i])
        text = f"a {name_of(dataset, predictions.class_id[i])} is predicted with {predictions.score[i]:.2f}, and no label meets it"
        evidence = [Measured("doubt", round(float(doubts[i]), 3), f"below {least:g}")]
        shown = [picture_with(dataset, predictions, image, -1, i)] if rank < PICTURES else []
        yield Finding(
            place_of_picture(dataset, image), text + more(rank, len(order)), (*evidence, *shown, *pictures[: rank == 0])
        )


def _by_picture(dataset: Dataset, predictions: Predictions, doubts: np.ndarray) -> tuple[Table, ...]:
    """Pictures in the order of the objects that they are expected to lack: the sum of their doubts."""
    total = np.bincount(predictions.image, weights=doubts, minlength=len(dataset.images))
    boxes = np.bincount(dataset.boxes.image, minlength=len(dataset.images))
    order = np.argsort(-total, kind="stable")[:30]
    rows = tuple(
        (str(dataset.images.path[i]), round(float(total[i]), 2), int(boxes[i])) for i in order if total[i] > 0.5
    )
    return (Table("Pictures by the objects that they seem to lack", ("picture", "expected", "labelled"), rows),)


@object_overlooked.fires_on
def a_cell_that_nobody_labelled() -> Facts:
    return predicted_cells(unlabelled=[3])


@object_overlooked.quiet_on
def cells_that_are_all_labelled() -> Facts:
    return predicted_cells()


@object_overlooked.quiet_on
def a_model_that_is_wrong_as_often_as_right() -> Facts:
    return predicted_cells(invented=40)
