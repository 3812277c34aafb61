"""How much predictions dispute each annotated box: overlooked objects, boxes without support, swapped classes, bad places.

The four kinds are those of ObjectLab (Tkachenko, Thyagarajan and Mueller, "ObjectLab: Automated Diagnosis of Mislabeled
Images in Object Detection Data", 2023) with spurious boxes added. ObjectLab trusts predictions above fixed scores (0.95, 0.5).
Here a score counts for what it has proved to be worth on this very set: the share of predictions of that class and about
that score that meet a label, made monotone in the score (isotonic regression). So a hesitant model can be used as well,
and the doubt of a box is roughly the probability that its label is wrong. Predictions should be out of sample.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from traindx.core.by_value import by_value
from traindx.core.calibration import worth_of
from traindx.core.dataset import Dataset, Floats, Ints
from traindx.core.matching import Pairs, corners_of, one_to_one, overlapping, usable
from traindx.core.predictions import Predictions

MEETS = 0.5
"""IoU from which a prediction meets a label, as in VOC's and COCO's evaluation."""

TOUCHES = 0.1
"""IoU from which a prediction may be meant for a label: the lower end that ObjectLab and Bolya et al. (TIDE, 2020) use."""

SURELY = 0.75
"""IoU from which two boxes are the same object beyond doubt (the stricter of the thresholds of COCO's table)."""

WINDOW = 81
"""Labels of about one size over which support is averaged, at least. A guess."""


@dataclass(frozen=True)
class BoxDoubts:
    """Doubts in 0..1. `overlooked` has one entry per prediction, the others one per box of the dataset (nan: not looked at).

    `swapped_by` and `placed_by` index the prediction that says otherwise, -1 if none. `pairs` are boxes and predictions of
    the same class that meet.
    """

    overlooked: Floats
    spurious: Floats
    swapped: Floats
    misplaced: Floats
    swapped_by: Ints
    placed_by: Ints
    pairs: Pairs


def box_doubts(dataset: Dataset, predictions: Predictions) -> BoxDoubts:
    """The doubts that `predictions` cast on the boxes of `dataset`, of pictures with at least one prediction."""
    boxes = dataset.boxes
    seen = np.zeros(len(dataset.images), bool)
    seen[predictions.image] = True
    looked = np.flatnonzero(usable(boxes) & seen[boxes.image])
    found = overlapping(
        boxes.image[looked], corners_of(boxes)[looked], predictions.image, predictions.corners(), TOUCHES
    )
    pairs = Pairs(looked[found.a], found.b, found.iou)
    same = boxes.class_id[pairs.a] == predictions.class_id[pairs.b]
    meets = pairs.iou >= MEETS
    hits = one_to_one(pairs.where(same & meets), predictions.score[pairs.b[same & meets]])
    placed = one_to_one(pairs.where(meets), (predictions.score[pairs.b] + pairs.iou)[meets])
    every = np.ones(len(predictions), bool)
    worth = worth_of(predictions.class_id, predictions.score, _at(hits.b, predictions), every)
    met, right = _at(pairs.b[meets], predictions), _at(pairs.b[meets & same], predictions)
    class_worth = worth_of(predictions.class_id, predictions.score, right, met)
    loose = _loose(pairs, same, meets, hits)
    best = np.zeros(len(boxes))
    np.maximum.at(best, pairs.a[same], pairs.iou[same])
    misplaced, placed_by = _misplaced(best, loose, hits, worth)
    swapped, swapped_by = _swapped(len(boxes), pairs.where(meets), same[meets], class_worth, worth)
    spurious = _spurious(dataset, looked, pairs, worth)
    spurious[loose.a] = 0.0
    overlooked = _overlooked(predictions, pairs, worth, placed, loose)
    unseen = np.ones(len(boxes), bool)
    unseen[looked] = False
    for doubt in (misplaced, swapped, spurious):
        doubt[unseen] = np.nan
    return BoxDoubts(overlooked, spurious, swapped, misplaced, swapped_by, placed_by, hits)


def _at(index: Ints, predictions: Predictions) -> NDArray[np.bool_]:
    marked = np.zeros(len(predictions), bool)
    marked[index] = True
    return marked


def _loose(pairs: Pairs, same: NDArray[np.bool_], meets: NDArray[np.bool_], hits: Pairs) -> Pairs:
    """Labels and predictions of one class that touch without meeting, and of which neither meets another."""
    free = same & ~meets & ~np.isin(pairs.a, hits.a) & ~np.isin(pairs.b, hits.b)
    met_by_any = np.isin(pairs.b, pairs.b[meets]) | np.isin(pairs.a, pairs.a[meets])
    return one_to_one(pairs.where(free & ~met_by_any))


def _misplaced(best: Floats, loose: Pairs, hits: Pairs, worth: Floats) -> tuple[Floats, Ints]:
    """worth x (1 - IoU / the least IoU that is usual here: three robust standard deviations below the median).

    A box whose `best` IoU with any prediction of its class is usual is in its place, whichever prediction it was matched to.
    """
    every = np.concatenate([hits.iou, loose.iou])
    middle = float(np.median(every)) if len(every) else 1.0
    below = middle - every[every <= middle]
    usual = max(MEETS / 2, middle - 3 * 1.4826 * float(np.median(below) if len(below) else 0.0))
    doubt, by = np.zeros(len(best)), np.full(len(best), -1, dtype=np.int64)
    for pairs in (hits, loose):
        doubt[pairs.a] = worth[pairs.b] * np.clip(1 - pairs.iou / usual, 0, 1)
        by[pairs.a] = pairs.b
    doubt[best >= usual] = 0.0
    return doubt, by


def _swapped(
    boxes: int, pairs: Pairs, same: NDArray[np.bool_], class_worth: Floats, worth: Floats
) -> tuple[Floats, Ints]:
    """How much surer a prediction of another class at the same place is than the best of the label's own class."""
    witness = np.clip(2 * class_worth - 1, 0, 1)  # who is right as often as wrong says nothing
    value = witness[pairs.b] * np.minimum(pairs.iou / SURELY, 1)
    own, other = np.zeros(boxes), np.zeros(boxes)
    np.maximum.at(own, pairs.a[same], value[same])
    np.maximum.at(other, pairs.a[~same], value[~same])
    by = np.full(boxes, -1, dtype=np.int64)
    order = np.flatnonzero(~same)[np.argsort(value[~same], kind="stable")]
    by[pairs.a[order]] = pairs.b[order]
    doubt = np.clip(other - own, 0, 1)
    doubt[by >= 0] *= np.sqrt(worth[by[by >= 0]])  # an object that the model hardly sees is no witness
    return doubt, by


def _spurious(dataset: Dataset, looked: Ints, pairs: Pairs, worth: Floats) -> Floats:
    """How well labels of this class and size are supported by predictions of any class, times how little this one is."""
    boxes = dataset.boxes
    support, doubt = np.zeros(len(boxes)), np.zeros(len(boxes))
    near = np.clip((pairs.iou - TOUCHES) / (MEETS - TOUCHES), 0, 1)
    np.maximum.at(support, pairs.a, worth[pairs.b] * near)
    for _, place in by_value(boxes.class_id[looked]):
        own = looked[place]
        own = own[np.argsort(boxes.w[own] * boxes.h[own], kind="stable")]
        window = np.ones(min(len(own), max(WINDOW, len(own) // 10)))
        usual = np.convolve(support[own], window, "same") / (np.convolve(np.ones(len(own)), window, "same") + 1)
        doubt[own] = usual * (1 - support[own])
    return doubt


def _overlooked(predictions: Predictions, pairs: Pairs, worth: Floats, placed: Pairs, loose: Pairs) -> Floats:
    """worth x (1 - the largest IoU with a label), of predictions that are the best of their place and meet no label."""
    nearest = np.zeros(len(predictions))
    np.maximum.at(nearest, pairs.b, pairs.iou)
    doubt = worth * (1 - nearest)
    doubt[nearest >= MEETS] = 0.0
    doubt[placed.b], doubt[loose.b] = 0.0, 0.0
    some = np.flatnonzero(doubt > 0.05)
    corners = predictions.corners()[some]
    twins = overlapping(predictions.image[some], corners, predictions.image[some], corners, 0.4)
    a, b = some[twins.a], some[twins.b]
    worse = (doubt[a] < doubt[b]) | ((doubt[a] == doubt[b]) & (a > b))
    doubt[a[worse]] = 0.0
    return doubt
