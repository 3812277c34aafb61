"""D511: boxes that a model places elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.box_doubts import box_doubts
from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured
from traindx.core.matching import corners_of, paired_iou
from traindx.core.predicted_examples import predicted_cells
from traindx.core.prediction_findings import MOST, PICTURES, more, picture_with, require_enough, worst
from traindx.core.predictions import Predictions
from traindx.core.row_findings import place_of


@check("D511", level="warning")
def box_badly_located(
    dataset: Dataset, predictions: Predictions, *, least: float = 0.15
) -> Iterator[Finding | Measured]:
    """A box of the right class overlaps its prediction far less than boxes of this set usually do.

    The doubt of a box is what its prediction is worth (the share of predictions of its class and score that meet a label)
    times 1 - IoU / the least usual IoU: three robust standard deviations below the median of this set. Reported from `least`
    on (set on labels planted into BCCD, see docs/label-noise.md). After ObjectLab (Tkachenko et al. 2023).

    ## Why is this bad?
    Loosely drawn boxes blur what the model learns of edges, and cost mAP at high IoU in training and in evaluation.

    ## How to fix
    Look at the boxes in the order given and draw them again where the prediction fits the object better.
    """
    if not len(predictions) or predictions.probabilities.size:
        return
    require_enough(len(predictions))
    doubts = box_doubts(dataset, predictions)
    order = worst(doubts.misplaced, least)
    yield Measured("badly located boxes", len(order), "0")
    by = doubts.placed_by[order]
    iou = paired_iou(corners_of(dataset.boxes)[order], predictions.corners()[by])
    for rank, i in enumerate(order[:MOST].tolist()):
        image, other = int(dataset.boxes.image[i]), int(by[rank])
        text = f"the box and its prediction ({predictions.score[other]:.2f}) overlap with IoU {iou[rank]:.2f}"
        evidence = Measured("doubt", round(float(doubts.misplaced[i]), 3), f"below {least:g}")
        shown = [picture_with(dataset, predictions, image, i, other)] if rank < PICTURES else []
        yield Finding(place_of(dataset, i), text + more(rank, len(order)), (evidence, *shown))


@box_badly_located.fires_on
def a_box_half_beside_its_cell() -> Facts:
    return predicted_cells(shifted=[5])


@box_badly_located.quiet_on
def boxes_where_they_should_be() -> Facts:
    return predicted_cells()


@box_badly_located.quiet_on
def a_model_that_is_never_exact() -> Facts:
    return predicted_cells(jitter=0.015)
