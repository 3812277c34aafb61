"""D106: a picture with another number of channels than the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured
from traindx.core.picture_findings import picture_findings
from traindx.core.small_dataset import dataset_of

CHANNELS = {"1": 1, "L": 1, "P": 1, "LA": 2, "PA": 2, "RGB": 3, "RGBA": 4}


@check("D106", level="note", depth="quick")
def picture_mode_unlike_the_set(dataset: Dataset) -> Iterator[Finding | Measured]:
    """A picture has another number of channels than most of the set: grey among colour, transparency, a palette.

    Pillow's `convert("RGB")` and OpenCV's `imread` give three channels of each, with the colours that a viewer shows
    (Pillow 13.0, OpenCV 4.14: `python bench/loaders.py`). torchvision's `decode_image` without `mode="RGB"` gives the file's own
    channels, and of a palette the indices.

    ## Why is this bad?
    A loader that does not convert stops at the first batch that mixes them (`stack expects each tensor to be equal size`).
    A grey picture among coloured ones may also come from another source than the rest.

    ## How to fix
    Have the loader convert every picture to RGB, or write these pictures as RGB.
    """
    images = dataset.images
    modes = Counter({mode: n for mode, n in Counter(images.mode.tolist()).items() if mode in CHANNELS})
    if dataset.depth == "labels" or not modes:
        return
    usual = Counter({n: sum(c for mode, c in modes.items() if CHANNELS[mode] == n) for n in (1, 2, 3, 4)}).most_common(
        1
    )[0]
    odd = {mode for mode in modes if CHANNELS[mode] != usual[0]}
    other = [i for i, mode in enumerate(images.mode.tolist()) if mode in odd] if odd else []
    yield Measured("pictures with other channels than most", len(other), "0")
    most = f"{usual[0]}, as {usual[1]:,} of {sum(modes.values()):,} pictures have"
    yield from picture_findings(
        dataset,
        np.array(other, dtype=int),
        lambda i: f"mode {images.mode[i]}: {CHANNELS[images.mode[i]]} channels, not {most}",
    )


@picture_mode_unlike_the_set.fires_on
def grey_among_colour() -> Facts:
    return {"dataset": dataset_of([*({"path": f"{n}.jpg"} for n in range(4)), {"path": "grey.jpg", "mode": "L"}])}


@picture_mode_unlike_the_set.quiet_on
def a_grey_set() -> Facts:
    return {"dataset": dataset_of([{"path": f"{n}.png", "mode": mode} for n, mode in enumerate(("L", "L", "1", "P"))])}
