"""D505: predictions whose classes are those of the labels under another numbering."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset, Ints
from traindx.core.finding import Finding, Measured, Place, Table
from traindx.core.matching import corners_of, one_to_one, overlapping, usable
from traindx.core.predicted_examples import predicted_cells
from traindx.core.prediction_findings import name_of
from traindx.core.predictions import Predictions, labels_of


@check("D505", level="error")
def predictions_name_other_classes(
    dataset: Dataset, predictions: Predictions, *, agree: float = 0.3, mapped: float = 0.8, enough: int = 30
) -> Iterator[Finding | Measured]:
    """Predictions and labels rarely have the same class, and nearly always do once the classes are renumbered.

    Looked at where a box meets its label, or at the class of each picture. Seen when at most the share `agree` has the same
    class, and one renumbering in which no two classes become one gives the share `mapped` (guesses, far apart on
    purpose), over `enough` objects. That ids count from 1, or are COCO's 91, is read as such and not reported.

    ## Why is this bad?
    The class map of the model is not that of the labels: every metric per class is wrong, and mAP is near 0.

    ## How to fix
    Train and evaluate with the same list of names in the same order; compare `model.names` with those of the dataset.
    """
    ours, theirs = _classes(dataset, predictions)
    if len(ours) < enough:
        return
    same = float(np.mean(ours == theirs))
    yield Measured("objects with the same class", same, f"above {agree:g}")
    if same > agree:
        return
    renumbered, share = _best_map(ours, theirs)
    if share < mapped or len(renumbered) < 2:
        return
    rows = tuple((name_of(dataset, k), name_of(dataset, v)) for k, v in sorted(renumbered.items()))
    text = f"{same:.0%} of {len(ours):,} objects have the same class, {share:.0%} if classes are renumbered"
    first = next(f"{a} is predicted as {b}" for a, b in rows if a != b)
    table = Table("Classes as labelled and as predicted", ("labelled", "predicted"), rows)
    yield Finding(Place(path=predictions.source), f"{text}: {first}", (table,))


def _classes(dataset: Dataset, predictions: Predictions) -> tuple[Ints, Ints]:
    """The classes of labels and of the predictions that meet them."""
    if predictions.probabilities.size:
        labels = labels_of(dataset, predictions)
        return labels[labels >= 0], predictions.class_id[labels >= 0]
    boxes = dataset.boxes
    good = np.flatnonzero(usable(boxes))
    pairs = overlapping(boxes.image[good], corners_of(boxes)[good], predictions.image, predictions.corners(), 0.5)
    met = one_to_one(pairs, predictions.score[pairs.b])
    return boxes.class_id[good[met.a]].astype(np.int64), predictions.class_id[met.b]


def _best_map(ours: Ints, theirs: Ints) -> tuple[dict[int, int], float]:
    """One class to one class, the most frequent pairs first, and the share of objects that it explains."""
    pairs, counts = np.unique(np.stack([ours, theirs], axis=1), axis=0, return_counts=True)
    made: dict[int, int] = {}
    explained = 0
    for i in np.argsort(-counts, kind="stable").tolist():
        own, other = pairs[i].tolist()
        if own not in made and other not in made.values():
            made[own] = other
            explained += int(counts[i])
    return made, explained / len(ours)


@predictions_name_other_classes.fires_on
def two_classes_exchanged() -> Facts:
    return predicted_cells(class_shift=1)


@predictions_name_other_classes.quiet_on
def classes_that_agree() -> Facts:
    return predicted_cells()


@predictions_name_other_classes.quiet_on
def a_model_that_cannot_tell_classes_apart() -> Facts:
    return predicted_cells(renamed=range(0, 60, 2))
