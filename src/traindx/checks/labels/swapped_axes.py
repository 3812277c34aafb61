"""D224: x and y, or width and height, written in each other's place."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.box_readings import Mask, plain_boxes
from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset, Ints, dataset_of
from traindx.core.finding import Finding, Measured
from traindx.core.picture_groups import groupings
from traindx.core.pixel_grid import corners_whole, upright
from traindx.core.row_findings import MOST, picture_of, place_of

FITS, MISFITS = 0.98, 0.5
"""A reading holds if at least so many boxes have whole corners under it, and at most so many as written."""


@check("D224", level="error")
def swapped_axes(dataset: Dataset, *, least: int = 20) -> Iterator[Finding | Measured]:
    """The axes of the boxes are swapped: y stands before x, or the height before the width.

    Every number is a legal share either way. But boxes are drawn on whole pixels: under the right reading all corners are
    whole, under the wrong one few are. Seen when, of at least `least` boxes of the set, a split, a folder, files of a
    common name, or one file, 98 % have whole corners with the axes swapped and at most half as written (in 4,888 boxes
    of blood cells: 100 % as written, 0.7 % swapped). Square pictures, pictures that EXIF turns, and boxes that were
    rescaled after drawing cannot be told. The thresholds are guesses.

    ## Why is this bad?
    No reader complains. The boxes are mirrored at the diagonal and distorted: box loss stays high and mAP near 0.

    ## How to fix
    Write x before y and width before height, each as a share of its own side.
    """
    if not len(dataset.boxes) or dataset.format != "yolo":
        return
    clear = upright(dataset) & plain_boxes(dataset)
    if not clear.any():
        return
    whole = corners_whole(dataset)
    yield Measured("boxes with whole corners as written", f"{whole[clear].mean():.1%}", "100 % if drawn on pixels")
    if whole[clear].mean() >= FITS:
        return
    readings = {
        "the height's and the width's side": corners_whole(dataset, turned=True),
        "height before width": corners_whole(dataset, sides_swapped=True),
    }
    for words, swapped in readings.items():
        wrong = _wrong(dataset, clear, whole, swapped, least)
        if len(wrong):
            yield from _findings(dataset, wrong, words, whole, swapped)
            return


def _wrong(dataset: Dataset, clear: Mask, whole: Mask, swapped: Mask, least: int) -> Ints:
    """The boxes of the largest part of the set that fits when swapped: the set, the groups of a parting, single files."""
    image = dataset.boxes.image
    partings = [np.zeros(len(dataset.images), dtype=np.int64), *(group for _, group in groupings(dataset))]
    for group in (*partings, np.arange(len(dataset.images))):
        of_box = group[image]
        n, fit, read = (np.bincount(of_box, weights=m, minlength=1) for m in (clear, clear & swapped, clear & whole))
        bad = (n >= least) & (fit >= FITS * n) & (read <= MISFITS * n)
        if bad.any():
            return np.flatnonzero(bad[of_box] & clear)
    return np.zeros(0, dtype=np.int64)


def _findings(dataset: Dataset, wrong: Ints, words: str, whole: Mask, swapped: Mask) -> Iterator[Finding]:
    """One finding with the numbers at the first box, and one for each other file."""
    b = dataset.boxes
    _, first = np.unique(b.image[wrong], return_index=True)
    heads = wrong[first]
    i = int(heads[0])
    text = (
        f"{int(whole[wrong].sum())} of {len(wrong):,} boxes have whole corners as x y w h, {int(swapped[wrong].sum()):,} "
        f"with {words}: the axes are swapped"
    )
    numbers = (
        Measured("whole corners as written", f"{whole[wrong].mean():.1%}", "100 %"),
        Measured("whole corners with the axes swapped", f"{swapped[wrong].mean():.1%}", "few"),
    )
    yield Finding(place_of(dataset, i), text, (*numbers, picture_of(dataset, i, [i])))
    for i in heads[1:MOST].tolist():
        box = f"{b.x[i]:g} {b.y[i]:g} {b.w[i]:g} {b.h[i]:g}"
        yield Finding(place_of(dataset, i), f"box {box} has whole corners only with the axes swapped")


def _boxes(turned: bool) -> Dataset:
    boxes = []
    for n in range(30):
        x0, y0, x1, y1 = 7 + 13 * n, 11 + 9 * n, 60 + 14 * n, 71 + 10 * n
        x, y, w, h = (x0 + x1) / 2 / 640, (y0 + y1) / 2 / 480, (x1 - x0) / 640, (y1 - y0) / 480
        x, y, w, h = (y, x, h, w) if turned else (x, y, w, h)
        boxes.append({"image": n % 3, "line": n // 3 + 1, "x": x, "y": y, "w": w, "h": h})
    return dataset_of([{"path": f"{n}.jpg"} for n in range(3)], boxes)


@swapped_axes.fires_on
def y_before_x() -> Facts:
    return {"dataset": _boxes(turned=True)}


@swapped_axes.quiet_on
def x_before_y() -> Facts:
    return {"dataset": _boxes(turned=False)}


@swapped_axes.quiet_on
def boxes_that_lie_on_no_pixels() -> Facts:
    rng = np.random.default_rng(0)
    boxes = [{"image": 0, "line": n, "x": x, "y": x} for n, x in enumerate(rng.uniform(0.2, 0.8, 50), 1)]
    return {"dataset": dataset_of([{"path": "a.jpg"}], boxes)}
