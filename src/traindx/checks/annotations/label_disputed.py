"""D507: pictures to which a model gives another class than their label."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured, Picture, Table
from traindx.core.label_ranking import rank_labels
from traindx.core.predicted_examples import predicted_pictures
from traindx.core.prediction_findings import MOST, PICTURES, more, name_of, place_of_picture, require_enough
from traindx.core.predictions import Predictions, labels_of


@check("D507", level="warning")
def label_disputed(dataset: Dataset, predictions: Predictions) -> Iterator[Finding | Measured]:
    """A picture is confidently predicted to be of another class than its label says.

    Confident means: with at least the probability that the class has on average over the pictures labelled so (confident
    learning, Northcutt et al. 2021), and with one at which such predictions meet their label at least half the time here.
    Ranked by the probability of the label, each class's divided by its mean over the set. A weak model disputes right labels
    as well: trust the order more than the number.

    ## Why is this bad?
    Wrong labels cap the accuracy that can be measured, and a large network learns them by heart instead of the classes.

    ## How to fix
    Look at the pictures in the order given; correct the label, or drop the picture where neither class is right.
    """
    if not predictions.probabilities.size:
        return
    labels = labels_of(dataset, predictions)
    known = np.flatnonzero((labels >= 0) & (labels < predictions.probabilities.shape[1]))
    if not len(known):
        return
    require_enough(len(known), "predicted pictures")
    probabilities, labels = predictions.probabilities[known], labels[known]
    ranking = rank_labels(probabilities, labels)
    order = ranking.order()
    estimate = (
        Measured("labels in dispute", len(order), "0"),
        Measured("share of the labels", float(len(order) / len(known)), "0"),
        Measured("agreement of predictions and labels", float((probabilities.argmax(axis=1) == labels).mean())),
    )
    yield from estimate
    for rank, i in enumerate(order[:MOST].tolist()):
        image, other = int(predictions.image[known[i]]), int(ranking.suggested[i])
        own, said = name_of(dataset, labels[i]), name_of(dataset, other)
        text = f"labelled {own} ({probabilities[i, labels[i]]:.2f}), predicted {said} ({probabilities[i, other]:.2f})"
        path = str(dataset.images.path[image])
        shown = [Picture(dataset.absolute(path), (), f"{path}: {own}, predicted {said}")] if rank < PICTURES else []
        numbers = [Measured("label quality", round(float(ranking.quality[i]), 3), "near 1")]
        tables = (*estimate, _confused(dataset, ranking.joint)) if rank == 0 else ()
        yield Finding(place_of_picture(dataset, image), text + more(rank, len(order)), (*numbers, *shown, *tables))


def _confused(dataset: Dataset, joint: np.ndarray) -> Table:
    """The pairs of classes that are disputed most often."""
    off = joint - np.diag(np.diag(joint))
    pairs = [divmod(int(k), len(joint)) for k in np.argsort(-off, axis=None, kind="stable")[:15]]
    rows = tuple((name_of(dataset, i), name_of(dataset, j), int(off[i, j])) for i, j in pairs if off[i, j])
    return Table("Labels in dispute by class", ("labelled", "predicted", "pictures"), rows)


@label_disputed.fires_on
def a_cat_labelled_dog() -> Facts:
    return predicted_pictures(renamed=[4])


@label_disputed.quiet_on
def labels_that_agree() -> Facts:
    return predicted_pictures()
