"""D244: coordinates that were rounded so far that boxes miss their objects."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured, Place
from traindx.core.matching import usable
from traindx.core.small_dataset import dataset_of


@check("D244", level="warning", preview=True)
def coordinates_rounded(
    dataset: Dataset, *, share: float = 0.95, coarse: float = 0.15, fewest: int = 50, most: int = 10_000
) -> Iterator[Finding | Measured]:
    """Nearly all coordinates of a label file have one or two decimals, and that is coarse for the size of the boxes.

    Named where `share` of the numbers are multiples of 0.1 (or 0.01) and this step is more than `coarse` of the median shorter
    side of a box: edges are then off by half of it, and an overlap of 0.75 is out of reach for many (guesses). Of more than `most`
    boxes as many are looked at, evenly spread.

    ## Why is this bad?
    Rounding moves every box and changes its size, at random. The box loss has a floor that no training goes under, and the mAP
    at strict overlaps stays low.

    ## How to fix
    Export again with six decimals: the script formats with `.1f` or `.2f`, or rounds.
    """
    if dataset.format != "yolo":
        return
    b = dataset.boxes
    rows = np.flatnonzero(usable(b))
    if len(rows) < fewest:
        raise NotEnough(f"{len(rows)} boxes, {fewest} are the least")
    rows = rows[:: -(-len(rows) // most)]
    values = np.stack([b.x[rows], b.y[rows], b.w[rows], b.h[rows]])
    side = float(np.median(values[2:].min(axis=0)))
    for step in (0.1, 0.01):
        whole = float((np.abs(values / step - np.rint(values / step)) < 1e-6).mean())
        text = f"share of coordinates that are multiples of {step:g}, {step / side:.2g} of a box's side"
        number = Measured(text, whole, f"below {share:g}" if step > coarse * side else "")
        yield number
        if whole >= share and step > coarse * side:
            said = (
                f"{whole:.0%} of the coordinates are multiples of {step:g}, and the median box is {side:.2g} of its picture "
                "wide: rounding moved the edges"
            )
            yield Finding(Place(str(b.label_path[rows[0]]), int(b.line[rows[0]])), said, (number,))
            return


def _set(decimals: int) -> Facts:
    draw = np.random.default_rng(0)
    boxes = [
        {"image": n, "x": round(x, decimals), "y": round(y, decimals), "w": round(w, decimals), "h": round(h, decimals)}
        for n, (x, y, w, h) in enumerate(draw.uniform(0.15, 0.4, (60, 4)).tolist())
    ]
    return {"dataset": dataset_of([{"path": f"{n}.jpg"} for n in range(60)], boxes)}


@coordinates_rounded.fires_on
def one_decimal() -> Facts:
    return _set(1)


@coordinates_rounded.quiet_on
def three_decimals() -> Facts:
    return _set(3)


@coordinates_rounded.quiet_on
def two_decimals_of_large_boxes() -> Facts:
    return _set(2)
