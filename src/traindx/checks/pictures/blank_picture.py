"""D108: a picture of one colour."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.checks.pictures.misread_picture import DEEP
from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured
from traindx.core.picture_findings import picture_findings
from traindx.core.small_dataset import dataset_of


@check("D108", level="warning", depth="full")
def blank_picture(dataset: Dataset, *, least: float = 1.5 / 255) -> Iterator[Finding | Measured]:
    """A picture is of one colour all over.

    `least` is the standard deviation of grey below which nothing is in the picture: one and a half of 255 levels. The least
    of 1,620 real pictures (COCO, blood cells, hands, CIFAR-10) was 11 levels (`python bench/picture_bounds.py`). Pictures of more
    than eight bits are D104 and D114: what is in them shows only when they are scaled.

    ## Why is this bad?
    A failed capture, conversion or download looks like this. Its boxes teach the network to see objects in nothing.

    ## How to fix
    Fetch the picture again, or take it and its label out of the set. A blank picture without boxes is a background that
    teaches little.
    """
    images = dataset.images
    if not np.isfinite(images.contrast).any():
        return
    blank = (images.contrast < least) & ~np.isin(images.mode, DEEP)
    boxes = np.bincount(dataset.boxes.image, minlength=len(images))
    yield Measured("least contrast of a picture", float(np.nanmin(images.contrast)), f"{least:.3g} or more")

    def message(i: int) -> str:
        objects = f", and has {boxes[i]} boxes" if boxes[i] else ""
        level = 255 * images.brightness[i]
        return f"of one grey level, {level:.0f} of 255 (spread {255 * images.contrast[i]:.2g} levels){objects}"

    yield from picture_findings(dataset, np.flatnonzero(blank), message)


@blank_picture.fires_on
def a_black_picture_with_a_box() -> Facts:
    pictures: list[dict[str, object]] = [{"path": "a.jpg"}, {"path": "b.jpg", "brightness": 0.0, "contrast": 0.0}]
    return {"dataset": dataset_of(pictures, [{"image": 1}])}


@blank_picture.quiet_on
def a_picture_of_fog_and_one_that_was_not_decoded() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg", "contrast": 0.02}, {"path": "b.jpg", "contrast": float("nan")}])}
