"""D114: most pictures of the set have more than eight bits."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.checks.pictures.misread_picture import DEEP
from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured
from traindx.core.picture_findings import picture_findings
from traindx.core.small_dataset import dataset_of


@check("D114", level="note", depth="full")
def deep_pictures_throughout(dataset: Dataset, *, most: float = 0.5) -> Iterator[Finding | Measured]:
    """More than half of the pictures have 16 bits or floating point: scans, depth, infrared, meant so and easily misread.

    Few of them among pictures of 8 bits are D104 and D105. `most`: from this share on their owner knows it (a guess).

    ## Why is this bad?
    It is not, with a loader that keeps or scales the values. Pillow's `convert("RGB")` cuts values above 255, OpenCV without
    `IMREAD_UNCHANGED` divides by 256: either may leave white or black pictures.

    ## How to fix
    Look at a picture as the network receives it, or write the pictures with 8 bits, scaled by the range that their values have.
    """
    images = dataset.images
    if dataset.depth == "labels" or not len(images):
        return
    deep = np.isin(images.mode, DEEP)
    share = float(deep.mean())
    yield Measured("share of the pictures of more than 8 bits", share, f"at most {most:g}")
    if share > most:
        first = np.flatnonzero(deep)[:1]
        text = f"{int(deep.sum()):,} of {len(images):,} pictures have more than 8 bits; make sure that the loader scales them"
        yield from picture_findings(dataset, first, lambda _: text)


def _set(deep: int) -> Facts:
    pictures = [{"path": f"{n}.png", "mode": "I;16" if n < deep else "L"} for n in range(6)]
    return {"dataset": dataset_of(pictures)}


@deep_pictures_throughout.fires_on
def a_set_of_depth_maps() -> Facts:
    return _set(6)


@deep_pictures_throughout.quiet_on
def one_of_many() -> Facts:
    return _set(1)
