"""D509: annotated boxes in which a model sees nothing."""

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


@check("D509", level="warning")
def box_without_support(
    dataset: Dataset, predictions: Predictions, *, least: float = 0.65
) -> Iterator[Finding | Measured]:
    """A box is annotated where a model predicts nothing, though it finds other boxes of that class and size.

    The doubt of a box is how well boxes of its class and size are supported by predictions on average, times how little
    this one is; support is the share of such predictions that meet a label. Of a class that the model hardly finds, no
    box is doubted. Reported from `least` on (set on labels planted into BCCD, see docs/label-noise.md).

    ## Why is this bad?
    A box around nothing teaches that background is an object. But the model can be blind to a hard object as well.

    ## How to fix
    Look at the boxes in the order given; delete those that hold no object.
    """
    if not len(predictions) or predictions.probabilities.size:
        return
    require_enough(len(predictions))
    doubts = box_doubts(dataset, predictions).spurious
    order = worst(doubts, least)
    yield Measured("boxes without support", len(order), "0")
    for rank, i in enumerate(order[:MOST].tolist()):
        image = int(dataset.boxes.image[i])
        text = f"nothing is predicted in this box, labelled {name_of(dataset, dataset.boxes.class_id[i])}"
        evidence = Measured("doubt", round(float(doubts[i]), 3), f"below {least:g}")
        shown = [picture_with(dataset, predictions, image, i, -1)] if rank < PICTURES else []
        yield Finding(place_of(dataset, i), text + more(rank, len(order)), (evidence, *shown))


@box_without_support.fires_on
def a_label_in_which_nothing_is_found() -> Facts:
    return predicted_cells(unpredicted=[3])


@box_without_support.quiet_on
def cells_that_are_all_found() -> Facts:
    return predicted_cells()


@box_without_support.quiet_on
def a_model_that_finds_half_of_the_cells() -> Facts:
    return predicted_cells(unpredicted=range(0, 60, 2))
