"""D521: classes of one split look like other classes of train, in a closed exchange."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.crops import Crops, crops_of
from traindx.core.dataset import Dataset, Floats, Ints
from traindx.core.finding import Finding, Measured, Place, Table
from traindx.core.look_alikes import looks_by_others, looks_to_be
from traindx.core.prediction_findings import name_of
from traindx.core.small_dataset import dataset_of


@check("D521", level="error", preview=True)
def classes_exchanged_by_looks(
    dataset: Dataset, crops: Crops, *, fewest: int = 15, sure: float = 5.0, likely: float = 1.5
) -> Iterator[Finding | Measured]:
    """What one split calls by a class looks like another class of train, and the classes so moved form a closed exchange.

    Objects of the split are judged by the looks of train's (D502), of classes with `fewest` objects in both. A class has moved
    where its objects score higher for another class than for their own by `sure` standard errors, while train's own objects score
    higher for their own by as many, each left out. Reported when the moved classes close rings, of which the last may be as little
    as `likely` standard errors from its own: a class that merely looks different in one split closes none. Guesses.

    ## Why is this bad?
    The network learns one meaning of a class and is scored by another. Training looks healthy, and for these classes validation
    is always wrong.

    ## How to fix
    Look at ten pictures of each class named, in both splits. Most often one split was written with another order of the names,
    or two folders were exchanged: write it again with one list of names.
    """
    image = crops.index if dataset.task == "classify" else dataset.boxes.image[crops.index]
    of, classes = dataset.images.split[image], max(dataset.names, default=0) + 1
    known = np.isin(crops.labels, list(dataset.names))
    train = _part(crops, np.flatnonzero(known & (of == "train")))
    others = [split.name for split in dataset.splits if split.name != "train"]
    if len(train) < 2 * fewest or not others:
        raise NotEnough("needs objects of known classes in train and in another split")
    own: Floats | None = None
    for split in others:
        part = _part(crops, np.flatnonzero(known & (of == split)))
        counts = [np.bincount(p.labels, minlength=classes) for p in (train, part)]
        common = np.flatnonzero(np.minimum(*counts) >= fewest)
        if len(common) < 2:
            continue
        own = looks_to_be(train, classes) if own is None else own
        told, here = (
            _ahead(own, train.labels, common),
            _ahead(looks_by_others(train, part, classes), part.labels, common),
        )
        moves = _exchange(here, told, sure, likely)
        yield Measured(f"classes of {split} that look like another class of train", len(moves), "0")
        if not moves:
            continue
        names = [(name_of(dataset, common[i]), name_of(dataset, common[to])) for i, to in sorted(moves.items())]
        words = ", ".join(f"{one} looks like train's {other}" for one, other in names)
        table = Table(
            f"classes of {split} and the classes of train that they look like", (split, "train"), tuple(names)
        )
        yield Finding(Place(setting=split), f"{split} has classes exchanged, by their looks: {words}", (table,))


def _exchange(here: Floats, told: Floats, sure: float, likely: float) -> dict[int, int]:
    """Which class each moved one looks like, in closed rings; empty unless each that surely moved is in one.

    The last of a ring, if it is not as sure, has to look like the first by `likely` standard errors.
    """
    best = here.argmin(axis=1)
    surely = {int(i) for i in np.flatnonzero(here.min(axis=1) < -sure)}
    moves: dict[int, int] = {}
    for start in sorted(surely, key=lambda i: float(here[i].min())):
        ring = [start]
        while start not in moves and ring[-1] in surely and int(best[ring[-1]]) not in ring:
            ring.append(int(best[ring[-1]]))
        closed = len(ring) > 1 and here[ring[-1], start] < -likely and not moves.keys() & set(ring)
        if closed:
            moves.update(zip(ring, [*ring[1:], start], strict=True))
    known = all(told[i, to] > sure for i, to in moves.items())
    return moves if known and surely <= moves.keys() else {}


def _part(crops: Crops, rows: Ints) -> Crops:
    return Crops(crops.index[rows], crops.labels[rows], crops.features[rows])


def _ahead(scores: Floats, labels: Ints, common: Ints) -> Floats:
    """By how many standard errors objects of each class score higher for it than for each other one; infinite for itself."""
    found = np.full((len(common), len(common)), np.inf)
    for n, c in enumerate(common.tolist()):
        of = scores[labels == c][:, common]
        lead = of[:, [n]] - of
        error = lead.std(axis=0) / np.sqrt(len(of))
        apart = np.arange(len(common)) != n
        found[n, apart] = lead.mean(axis=0)[apart] / np.maximum(error[apart], 1e-6)
    return found


def _splits(*, exchanged: bool) -> Facts:
    """150 objects of three classes in each split, in three clouds; in val two names exchanged."""
    draw = np.random.default_rng(0)
    kind = np.arange(300) % 3
    features = np.eye(3)[kind] @ draw.normal(0, 1, (3, 6)) + draw.normal(0, 0.4, (300, 6))
    labels = kind.copy()
    if exchanged:
        labels[150:] = np.array([1, 0, 2])[kind[150:]]
    images = [
        {"path": f"{n}.jpg", "class_id": int(c), "split": "train" if n < 150 else "val"} for n, c in enumerate(labels)
    ]
    return {"dataset": dataset_of(images, task="classify"), "crops": crops_of(labels, features)}


@classes_exchanged_by_looks.fires_on
def two_names_exchanged_in_val() -> Facts:
    return _splits(exchanged=True)


@classes_exchanged_by_looks.quiet_on
def the_same_names() -> Facts:
    return _splits(exchanged=False)
