"""D331: hardly a picture of a split looks as those of train do."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured
from traindx.core.shift import shift_findings
from traindx.core.shift_examples import lit

NAMES = ("brightness", "contrast", "saturation", "sharpness", "object size")


@check("D331", level="error", preview=True, depth="full")
def split_unlike_train(dataset: Dataset, *, delta: float = 0.8, factor: float = 2.0) -> Iterator[Finding | Measured]:
    """Brightness, contrast, colour, sharpness or object size of a split hardly overlap with those of train.

    Reported where Cliff's delta is above `delta` with a certainty of 99.9 %: of a hundred pairs of a picture of train and one
    of the split, 90 or more differ in the same direction; and where the medians differ by `factor` (guesses: of four real
    sets val in 0.35 of the light is reported and in 0.7 is not, `python bench/picture_bounds.py`). Less is a warning, D330.

    ## Why is this bad?
    The network has never seen the like of what it is scored on. Val stays poor however the training goes.

    ## How to fix
    Look for what happened to one of the two: another conversion, another range of values, another unit of the boxes. If the
    pictures are right, draw the splits again at random, by recording.
    """
    yield from shift_findings(dataset, NAMES, delta, factor)


@split_unlike_train.fires_on
def a_val_split_in_a_third_of_the_light() -> Facts:
    return {"dataset": lit(0.35)}


@split_unlike_train.quiet_on
def a_val_split_a_little_darker() -> Facts:
    return {"dataset": lit(0.9)}
