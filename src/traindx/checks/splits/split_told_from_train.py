"""D333: a classifier tells a split's pictures from those of train."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset, Floats, Ints
from traindx.core.finding import Evidence, Finding, Measured, Picture, Place
from traindx.core.picture_properties import LOOKS, properties
from traindx.core.shift import FEWEST
from traindx.core.small_dataset import dataset_of
from traindx.core.two_sample import Z, auc, sample, told_apart

MOST = 3000
"""Pictures of a split that the classifier sees: its area is then certain to 0.03."""

SHOWN = 3


@check("D333", level="warning", depth="full")
def split_told_from_train(dataset: Dataset, *, area: float = 0.75) -> Iterator[Finding | Measured]:
    """A simple classifier tells by light, colour, sharpness, size and 4 x 4 mean colours which split a picture is of.

    Logistic regression on pictures that it did not see (five folds), the classifier two-sample test of Lopez-Paz and Oquab
    2017. Reported where the area under the ROC curve is above `area` with a certainty of 99.9 % (0.5 is chance; the value is
    a guess, below it differences are small one by one too). Splits of fewer than 40 pictures are not compared.

    ## Why is this bad?
    The pictures of the split come from somewhere else: another camera, place, time or conversion. The score says how the
    network does there.

    ## How to fix
    Look at the pictures that are most of one split and most of the other. Draw the splits again if they were meant alike.
    """
    images = dataset.images
    if not np.isfinite(images.brightness).any():
        return
    numbers = _numbers(dataset)
    looked = np.isfinite(numbers).all(axis=1)
    train = sample(np.flatnonzero(looked & (images.split == "train")), MOST)
    for split in dataset.splits:
        own = sample(np.flatnonzero(looked & (images.split == split.name)), MOST)
        if split.name == "train" or min(len(own), len(train)) < 2 * FEWEST:
            continue
        rows = np.concatenate([train, own])
        positive = np.repeat([False, True], [len(train), len(own)])
        colours = images.thumb[rows].astype(np.float32) / 255
        score = told_apart(np.column_stack([numbers[rows], colours]), positive)
        value, error = auc(score, positive)
        least = value - Z * error
        number = Measured(f"area by which {split.name} is told from train", value, f"certainly below {area:g}")
        yield number
        if least > area:
            text = (
                f"a classifier tells pictures of {split.name} from those of train: area under its ROC curve "
                f"{value:.2f} (99.9 % interval {least:.2f} to {min(1, value + Z * error):.2f}), should be near 0.5"
            )
            evidence = (number, *_extremes(dataset, rows, score, positive))
            yield Finding(Place(setting=split.name), text, evidence)


def _numbers(dataset: Dataset) -> Floats:
    """(n, 6) looks and sizes of the pictures, nan where unknown."""
    known = properties(dataset)
    numbers = [known[name] for name in LOOKS]
    numbers += [np.log(known["picture size"]), np.log(known["picture shape"])]
    return np.column_stack(numbers)


def _extremes(dataset: Dataset, rows: Ints, score: Floats, positive: NDArray[np.bool_]) -> Iterator[Evidence]:
    """The pictures of either split that are least like the other one."""
    for kind in (False, True):
        own = np.flatnonzero(positive == kind)
        order = own[np.argsort(score[own] if not kind else -score[own], kind="stable")]
        for i in rows[order[:SHOWN]].tolist():
            path, split = str(dataset.images.path[i]), str(dataset.images.split[i])
            yield Picture(dataset.absolute(path), caption=f"least like the other split: {path} ({split})")


def _coloured(shift: int) -> Dataset:
    """60 pictures of each split in random colours; those of val have so much more red in the upper left corner."""
    rng = np.random.default_rng(0)
    images = []
    for n, colours in enumerate(rng.integers(50, 150, (120, 48))):
        colours[0] += shift * (n % 2)
        light = float(rng.uniform(0.4, 0.6))
        images.append({"path": f"{n}.jpg", "split": ("train", "val")[n % 2], "thumb": colours, "brightness": light})
    return dataset_of(images)


@split_told_from_train.fires_on
def a_corner_that_is_red_in_val() -> Facts:
    return {"dataset": _coloured(100)}


@split_told_from_train.quiet_on
def colours_of_one_kind() -> Facts:
    return {"dataset": _coloured(0)}
