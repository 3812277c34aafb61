"""D330: the pictures or objects of a split differ from those of train."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured
from traindx.core.picture_properties import LOOKS, OBJECTS, SIZES
from traindx.core.shift import shift_findings
from traindx.core.shift_examples import lit


@check("D330", level="warning", depth="full")
def split_differs_from_train(
    dataset: Dataset, *, delta: float = 0.33, factor: float = 1.1
) -> Iterator[Finding | Measured]:
    """Light, contrast, colour, sharpness, size of pictures or size and number of objects differ between train and a split.

    Reported where Cliff's delta is above `delta` (0.33 is where Romano et al. 2006 end what is small) with a certainty of
    99.9 %, and the medians differ by `factor` (a guess). Splits of fewer than 20 pictures are not compared. On 240 random
    splits of blood cells, COCO, hands and CIFAR-10 none was reported; val in 0.7 of the light, of half the size, in grey or with
    half the contrast was each time, blurred by 1 % of the width in three of the four (`python bench/picture_bounds.py`).

    ## Why is this bad?
    The network is scored on other pictures than it learnt from: val then measures the difference, not the training.

    ## How to fix
    If the splits were meant to be alike, draw them again at random, by recording. If the difference is real (another
    camera, night), put such pictures into train, or augment light, colour, blur and scale as far as val goes.
    """
    yield from shift_findings(dataset, (*LOOKS, *SIZES, *OBJECTS), delta, factor)


@split_differs_from_train.fires_on
def a_val_split_in_half_the_light() -> Facts:
    return {"dataset": lit(0.5)}


@split_differs_from_train.quiet_on
def the_same_light() -> Facts:
    return {"dataset": lit(1.0)}
