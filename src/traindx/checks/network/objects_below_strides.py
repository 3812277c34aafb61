"""M208: most objects are far smaller than one cell of the network's finest level."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured
from traindx.core.network import Network
from traindx.core.network_example import detector_with
from traindx.core.small_dataset import dataset_of
from traindx.core.training_size import sizes


@check("M208", level="error", depth="quick")
def objects_below_strides(
    dataset: Dataset, network: Network, *, part: float = 0.25, share: float = 0.5, fewest: int = 20
) -> Iterator[Finding | Measured]:
    """Most boxes are less than a quarter of the finest stride wide or high, as the network gets them.

    ## Why is this bad?
    A cell of the finest level stands for `stride` by `stride` pixels. Of an object of a quarter of that little is left in the
    cell's features, and where objects stand close several fall into one cell, which can name one of them.

    ## How to fix
    Use a finer level (a P2 head, or the level in front of the one used), train at a larger `imgsz`, or cut pictures into tiles.

    The size of a box is the root of its area at the network's `imgsz`. `part`, `share` and `fewest` (boxes) are guesses; of
    COCO's boxes 1 % are under 2 pixels at 640 (`python bench/label_bounds.py`). Objects under one stride are D350.
    """
    chosen, wh = sizes(dataset, network.imgsz or 640)
    if dataset.task != "detect" or not network.strides or len(chosen) < fewest:
        raise NotEnough("the network does not tell its strides, or there are too few boxes")
    finest = min(network.strides)
    side = np.sqrt(wh.prod(axis=1))
    small = float((side < part * finest).mean())
    number = Measured(f"share of boxes under {part:g} of the finest stride, {finest:g} px", small, f"below {share:g}")
    yield number
    if small >= share:
        text = f"{small:.0%} of the boxes are under {part * finest:g} px at imgsz {network.imgsz}, a {part:g} of the finest stride "
        text += f"of {finest:g} (median {np.median(side):.1f} px, should be a stride or more)"
        yield Finding(network.place(network.head, setting="imgsz"), text, (number,))


def _facts(pixels: float, *strides: float) -> Facts:
    boxes = [{"image": 0, "line": n, "w": pixels / 640, "h": pixels / 480} for n in range(30)]
    return {"dataset": dataset_of([{"path": "a.jpg"}], boxes), "network": detector_with(strides=strides)}


@objects_below_strides.fires_on
def six_pixels_at_stride_32() -> Facts:
    return _facts(6, 32.0)


@objects_below_strides.quiet_on
def six_pixels_at_stride_8() -> Facts:
    return _facts(6, 8.0, 16.0, 32.0)


@objects_below_strides.quiet_on
def usual_objects() -> Facts:
    return _facts(60, 32.0)
