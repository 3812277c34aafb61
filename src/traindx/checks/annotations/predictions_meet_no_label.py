"""D504: predicted boxes that never meet a label."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset, Floats
from traindx.core.finding import Finding, Measured, Table
from traindx.core.matching import corners_of, overlapping, usable
from traindx.core.predicted_examples import predicted_cells
from traindx.core.prediction_findings import picture_with
from traindx.core.predictions import Predictions
from traindx.core.row_findings import place_of


@check("D504", level="error")
def predictions_meet_no_label(
    dataset: Dataset, predictions: Predictions, *, most: float = 0.02, rescued: float = 0.5, enough: int = 30
) -> Iterator[Finding | Measured]:
    """Predicted boxes meet no label as they are read, and do when they are read in another way.

    Of the pictures with predictions, at most the share `most` of the labels is met with IoU 0.5, while another reading of
    the four numbers meets the share `rescued` (guesses, far apart on purpose). A model that has learnt nothing meets no
    label in any reading. `enough` labels are needed.

    ## Why is this bad?
    The evaluator reads the same file: mAP is near 0 whatever the model does.

    ## How to fix
    COCO's `bbox` is x, y, width, height in pixels, x and y of the top left corner. Convert the boxes on export, and undo
    the resize and padding of the network's input.
    """
    if not len(predictions) or predictions.probabilities.size:
        return
    seen = np.zeros(len(dataset.images), bool)
    seen[predictions.image] = True
    labels = np.flatnonzero(usable(dataset.boxes) & seen[dataset.boxes.image])
    if len(labels) < enough:
        return
    shares = {name: _met(dataset, labels, predictions, corners) for name, corners in _readings(dataset, predictions)}
    as_read = shares.pop("as read")
    best = max(shares, key=lambda name: shares[name])
    yield Measured("labels that a prediction meets", as_read, f"above {most:g}")
    if as_read > most or shares[best] < rescued:
        return
    first = int(labels[0])
    text = f"{as_read:.0%} of {len(labels):,} labels are met by a prediction, {shares[best]:.0%} if boxes are read as {best}"
    rows = tuple((name, f"{share:.1%}") for name, share in {"as read": as_read, **shares}.items())
    by = int(np.flatnonzero(predictions.image == dataset.boxes.image[first])[0])
    shown = picture_with(dataset, predictions, int(dataset.boxes.image[first]), first, by)
    yield Finding(
        place_of(dataset, first), text, (Table("Labels met by reading", ("reading", "labels met"), rows), shown)
    )


def _readings(dataset: Dataset, predictions: Predictions) -> Iterator[tuple[str, Floats]]:
    """Corners under each reading of the numbers that were written, which are the corner (x0, y0) and the size (w, h) as read."""
    x0, y0, x1, y1 = predictions.corners().T
    w, h = predictions.w, predictions.h
    width = dataset.images.width[predictions.image].astype(float)
    height = dataset.images.height[predictions.image].astype(float)
    yield "as read", np.stack([x0, y0, x1, y1], axis=1)
    yield "two corners", np.stack([x0, y0, w, h], axis=1)
    yield "centre and size", np.stack([x0 - w / 2, y0 - h / 2, x0 + w / 2, y0 + h / 2], axis=1)
    shares = np.stack([x0 * width, y0 * height, x1 * width, y1 * height], axis=1)
    yield "shares of the picture, from the corner", shares
    centre = np.stack([w * width / 2, h * height / 2, w * width / 2, h * height / 2], axis=1)
    yield "shares of the picture, centre and size", shares - centre
    longest = np.maximum(width, height)
    for side in (320, 416, 512, 640, 1024, 1280):
        scale = np.stack([longest / side, longest / side], axis=1)
        yield f"pixels of a network input of {side}", np.stack([x0, y0, x1, y1], axis=1) * np.tile(scale, 2)


def _met(dataset: Dataset, labels: np.ndarray, predictions: Predictions, corners: Floats) -> float:
    good = np.isfinite(corners).all(axis=1)
    pairs = overlapping(
        dataset.boxes.image[labels], corners_of(dataset.boxes)[labels], predictions.image[good], corners[good], 0.5
    )
    return len(np.unique(pairs.a)) / len(labels)


@predictions_meet_no_label.fires_on
def centres_written_as_corners() -> Facts:
    facts = predicted_cells()
    moved = predicted_cells(offset=0.06)["predictions"]
    return {**facts, "predictions": _moved(moved)}


def _moved(predictions: Predictions) -> Predictions:
    return replace(predictions, x=predictions.x + 0.01, y=predictions.y + predictions.h / 2)


@predictions_meet_no_label.quiet_on
def predictions_that_meet_their_labels() -> Facts:
    return predicted_cells()


@predictions_meet_no_label.quiet_on
def a_model_that_has_learnt_nothing() -> Facts:
    return predicted_cells(unpredicted=range(60), invented=60)
