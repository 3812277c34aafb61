"""D502: objects that look like those of another class."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.calibration import worth_of
from traindx.core.check import Facts, NotEnough, check
from traindx.core.crops import Crops, crops_of
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured, Picture, Place
from traindx.core.look_alikes import looks_to_be
from traindx.core.prediction_findings import name_of, place_of_picture
from traindx.core.row_findings import picture_of, place_of
from traindx.core.small_dataset import dataset_of

PICTURES = 12


@check("D502", level="note")
def unlike_its_class(
    dataset: Dataset, crops: Crops, *, least: float = 0.9, most: int = 100, enough: int = 100
) -> Iterator[Finding | Measured]:
    """An object, or a picture of a classification, looks like those of another class.

    Every object is judged by the looks of all others (colours and gradients of its crop, kernel ridge regression with the
    object left out). Reported where objects that look so have another class in at least the share `least` of the cases on
    this very set, and the object's own class is at most half as likely; the surest `most` (guesses). `enough` objects are needed.

    ## Why is this bad?
    It need not be: an odd specimen looks odd. But a wrong label looks like this, and no model is needed to see it.

    ## How to fix
    Look at the objects in the order given, and correct the class where it is wrong. Predictions of a trained model tell more:
    `traindx check DATA --predictions FILE`.
    """
    if not crops.asked:
        raise NotEnough(f"{len(crops)} objects were looked at together; `traindx check DATA --label-noise` judges each")
    known = np.isin(crops.labels, list(dataset.names))
    if len(crops) < enough or not known.all() or len(np.unique(crops.labels)) < 2:
        return
    scores = looks_to_be(crops, max(dataset.names) + 1)
    best = scores.argmax(axis=1)
    rows = np.arange(len(crops))
    worth = worth_of(best, scores[rows, best], best == crops.labels, np.ones(len(crops), bool))
    odd = (best != crops.labels) & (worth >= least) & (scores[rows, crops.labels] <= 0.5 * scores[rows, best])
    order = np.flatnonzero(odd)[np.argsort(-worth[odd] - scores[rows, best][odd], kind="stable")]
    yield Measured("objects that look as labelled", float(np.mean(best == crops.labels)))
    yield Measured("objects unlike their class", len(order), "0")
    for rank, i in enumerate(order[:most].tolist()):
        own, other = name_of(dataset, crops.labels[i]), name_of(dataset, best[i])
        rest = f" (and {len(order) - most:,} more)" if rank == most - 1 and len(order) > most else ""
        text = f"labelled {own}, looks like {other}: so do {worth[i]:.0%} of objects with such looks"
        place, shown = _shown(dataset, int(crops.index[i]), f"labelled {own}, looks like {other}")
        numbers = Measured(
            "score of the label", round(float(scores[i, crops.labels[i]]), 3), f"above {scores[i, best[i]]:.2f}"
        )
        yield Finding(place, text + rest, (numbers, shown) if rank < PICTURES else (numbers,))


def _shown(dataset: Dataset, index: int, caption: str) -> tuple[Place, Picture]:
    if dataset.task == "detect":
        return place_of(dataset, index), picture_of(dataset, index, [index])
    path = str(dataset.images.path[index])
    return place_of_picture(dataset, index), Picture(dataset.absolute(path), (), f"{path}: {caption}")


def _blobs(spread: float, renamed: int) -> Facts:
    """200 objects of two classes in two clouds, the first few with the other's label."""
    rng = np.random.default_rng(0)
    kind = np.arange(200) % 2
    features = kind[:, None] + rng.normal(0, spread, (200, 6))
    labels = np.where(np.arange(200) < renamed, 1 - kind, kind)
    boxes = [{"image": 0, "line": n + 1, "class_id": int(c)} for n, c in enumerate(labels)]
    return {"dataset": dataset_of([{"path": "a.jpg"}], boxes), "crops": crops_of(labels, features)}


@unlike_its_class.fires_on
def cats_among_the_dogs() -> Facts:
    return _blobs(0.15, renamed=2)


@unlike_its_class.quiet_on
def classes_that_look_different() -> Facts:
    return _blobs(0.15, renamed=0)


@unlike_its_class.quiet_on
def classes_that_look_alike() -> Facts:
    return _blobs(4.0, renamed=0)
