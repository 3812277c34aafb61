"""D520: looks tell the classes apart, and a steady part of the labels says otherwise however clear they are."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.crops import Crops, crops_of
from traindx.core.dataset import Dataset, Ints
from traindx.core.finding import Finding, Measured
from traindx.core.look_alikes import looks_to_be
from traindx.core.prediction_findings import name_of, place_of_picture
from traindx.core.row_findings import place_of
from traindx.core.small_dataset import dataset_of


@check("D520", level="warning", preview=True)
def labels_at_odds_with_clear_looks(
    dataset: Dataset,
    crops: Crops,
    *,
    part: float = 0.06,
    steady: float = 0.9,
    margin: float = 0.4,
    kappa: float = 0.4,
    enough: int = 200,
    of_class: int = 20,
) -> Iterator[Finding | Measured]:
    """Of the objects whose looks are clearest, a steady part is labelled as another class.

    Every object is judged by the looks of all others (D502). Where classes are hard to tell, or a few labels are wrong, labels
    and looks agree the more the clearer the looks are, up to all of them. Labels that were exchanged at random stay wrong
    however clear the looks: agreement is level. Named where in the clearer half at least `part` disagree, in the other half
    agreement is `steady` times as high or more, the clearer half beats the next class by `margin` in the median, agreement is
    `kappa` beyond chance (Cohen), and classes that hold three quarters of the objects, of `of_class` or more each, have half of
    `part` (guesses). With a fifth of the labels dealt at random blood cells (BCCD) agree in 86 % of the clearer half and 85 % of
    the other, with their own labels in all; hands, CIFAR-10 and coco128 are not clear enough to be judged so.

    ## Why is this bad?
    Wrong labels of this number bound the accuracy that can be measured, and a network that trains for long learns them by heart.

    ## How to fix
    Look at the objects named, the clearest first, and correct their classes. If the labels were merged from several sources,
    compare the orders of their classes.
    """
    known = np.isin(crops.labels, list(dataset.names))
    if len(crops) < enough or not known.all() or len(np.unique(crops.labels)) < 2:
        raise NotEnough(f"{len(crops)} objects of known classes, {enough} of two classes or more are the least")
    scores = looks_to_be(crops, max(dataset.names) + 1)
    best, top = scores.argmax(axis=1), np.sort(scores, axis=1)
    ahead = top[:, -1] - top[:, -2]
    order = np.argsort(-ahead, kind="stable")
    clear, other = np.array_split(order, 2)
    agrees = best == crops.labels
    high, low = float(agrees[clear].mean()), float(agrees[other].mean())
    yield Measured("agreement of labels with clear looks", high, f"above {1 - part:g}")
    yield Measured("agreement where looks are less clear", low, f"below {steady * high:.2f} where the former is not")
    shares = np.bincount(crops.labels, minlength=scores.shape[1]) / len(crops)
    chance = float(shares[best].mean())
    level = high <= 1 - part and low >= steady * high and float(np.median(ahead[clear])) >= margin
    if not level or high - chance < kappa * (1 - chance) or not _throughout(best, agrees, clear, part / 2, of_class):
        return
    wrong = clear[~agrees[clear]]
    text = (
        f"{len(wrong):,} of the {len(clear):,} objects with the clearest looks ({1 - high:.0%}) have the label of another class, "
        f"however clear the looks are"
    )
    for n, i in enumerate(wrong[:20].tolist()):
        said = f"labelled {name_of(dataset, crops.labels[i])}, looks like {name_of(dataset, best[i])}"
        index = int(crops.index[i])
        place = place_of(dataset, index) if dataset.task == "detect" else place_of_picture(dataset, index)
        numbers = (Measured("agreement of labels with clear looks", high, f"above {1 - part:g}"),)
        yield Finding(place, f"{text}: this one is {said}" if n == 0 else said, numbers)


def _throughout(
    best: Ints, agrees: np.ndarray[tuple[int], np.dtype[np.bool_]], rows: Ints, part: float, least: int
) -> bool:
    """Whether disagreement is in all classes that have enough of the rows, and these hold three quarters of them.

    In one class alone it may be another class that looks the same.
    """
    counts = np.bincount(best[rows]).astype(float)
    wrong = np.bincount(best[rows], (~agrees[rows]).astype(float))
    large = counts >= least
    noisy = large & (wrong >= part * np.maximum(counts, 1))
    return bool(np.count_nonzero(noisy) >= 2 and counts[noisy].sum() >= 0.75 * len(rows))


def _clouds(labels: Ints, kind: Ints, spread: float) -> Facts:
    """Objects of kinds that lie in clouds of their own, with labels."""
    rng = np.random.default_rng(0)
    features = np.eye(4)[kind] + rng.normal(0, spread, (len(kind), 4))
    boxes = [{"image": 0, "line": n + 1, "class_id": int(c)} for n, c in enumerate(labels)]
    names = ("ant", "bee", "fly", "wasp")
    return {"dataset": dataset_of([{"path": "a.jpg"}], boxes, names=names), "crops": crops_of(labels, features)}


@labels_at_odds_with_clear_looks.fires_on
def a_fifth_of_the_labels_exchanged() -> Facts:
    kind, rng = np.arange(400) % 4, np.random.default_rng(1)
    return _clouds(np.where(rng.random(400) < 0.2, (kind + rng.integers(1, 4, 400)) % 4, kind), kind, 0.1)


@labels_at_odds_with_clear_looks.quiet_on
def labels_as_they_look() -> Facts:
    kind = np.arange(400) % 4
    return _clouds(kind, kind, 0.1)


@labels_at_odds_with_clear_looks.quiet_on
def classes_that_are_hard_to_tell() -> Facts:
    kind = np.arange(400) % 4
    return _clouds(kind, kind, 0.45)


@labels_at_odds_with_clear_looks.quiet_on
def two_classes_of_the_same_looks() -> Facts:
    """A fifth of what looks like an ant is a wasp: the others are told apart."""
    kind, rng = np.arange(600) % 3, np.random.default_rng(1)
    return _clouds(np.where((kind == 0) & (rng.random(600) < 0.2), 3, kind), kind, 0.1)
