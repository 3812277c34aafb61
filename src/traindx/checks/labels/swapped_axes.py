"""D224: x and y, or width and height, written in each other's place."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.aspect_slope import Aspects
from traindx.core.box_readings import Mask
from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset, Ints
from traindx.core.finding import Finding, Measured
from traindx.core.picture_groups import groupings
from traindx.core.pixel_grid import corners_whole, sized, upright
from traindx.core.row_findings import MOST, and_more, first_rows, picture_of, place_of
from traindx.core.small_dataset import dataset_of

FITS, MISFITS = 0.98, 0.5
"""A reading holds if at least so many boxes have whole corners under it, and at most so many as written."""

DRAWN = 0.7
"""Share of boxes with whole corners from which on the set is drawn on pixels, and three boxes tell of a file."""

FEW, LOOK = 0.02, 20_000
"""Whole corners in fewer boxes than this share, of as many as are looked at first, mean that nothing lies on pixels."""

BEYOND = 0.01

TURNED = "x and y shares of each other's side"
SIDES = "height before width"


@check("D224", level="error")
def swapped_axes(dataset: Dataset, *, least: int = 20) -> Iterator[Finding | Measured]:
    """The axes of the boxes are swapped: y stands before x, or the height before the width.

    Every number is a legal share either way, but there are three witnesses. Boxes are drawn on whole pixels: of at least
    `least` boxes 98 % have whole corners with the axes swapped and at most half as written (4,886 boxes of blood cells: 100 % as
    written, 0.7 % swapped); three are enough for a file where seven of ten of the set have whole corners. Objects keep their
    shape in wide and in high pictures: the slope of their aspect over the picture's is near 0, swapped it is near 2 (COCO: 0.04
    and 1.96; both by `python bench/label_bounds.py`). A tenth of the boxes leave the picture as written, and hardly one does
    when swapped. Looked at are the set, its splits, folders, files of a common name, and single files. Square pictures, pictures
    that EXIF turns, and pictures of one size with boxes that were rescaled after drawing cannot be told. The thresholds are
    guesses.

    ## Why is this bad?
    No reader complains. The boxes are mirrored at the diagonal and distorted: box loss stays high and mAP near 0.

    ## How to fix
    Write x before y and width before height, each as a share of its own side.
    """
    if not len(dataset.boxes) or dataset.format != "yolo":
        return
    clear = upright(dataset) & sized(dataset)
    if not clear.any():
        return
    aspects = Aspects(dataset, clear)
    slope = aspects.slope()
    if slope is not None:
        yield Measured("slope of the boxes' aspect over the picture's", slope.value, "near 0; 2 if swapped")
    index = np.flatnonzero(clear)
    sample = index[:: len(index) // LOOK + 1]
    drawn = corners_whole(dataset, sample).mean()
    yield Measured("boxes with whole corners as written", f"{drawn:.1%}", "100 % if drawn on pixels")
    for words, turned in ((TURNED, True), (SIDES, False)):
        if drawn < FEW and corners_whole(dataset, sample, turned=turned, sides_swapped=not turned).mean() < FEW:
            continue
        wrong, n = _wrong(dataset, index, least, turned=turned)
        if len(wrong):
            text = f"{n} of {len(wrong):,} boxes have whole corners as x y w h, {len(wrong):,} with {words}"
            yield from _findings(dataset, wrong, f"{text}: the axes are swapped")
            return
    yield from _without_grid(dataset, index, aspects, least)


def _wrong(dataset: Dataset, index: Ints, least: int, *, turned: bool) -> tuple[Ints, int]:
    """The boxes of the largest part of the set that fits when swapped, and how many of them fit as written.

    A part is the set, a group of a parting, or a single file.
    """
    whole = corners_whole(dataset, index)
    misfit = np.flatnonzero(~whole)
    swapped = np.zeros(len(index), dtype=bool)
    swapped[misfit] = corners_whole(dataset, index[misfit], turned=turned, sides_swapped=not turned)
    if not swapped.any():
        return np.zeros(0, dtype=np.int64), 0
    image = dataset.boxes.image[index]
    alone = (np.arange(len(dataset.images)), 3 if whole.mean() >= DRAWN else least)
    for group, enough in (*((group, least) for group in _parts(dataset)), alone):
        of_box = group[image]
        n, fit, read = np.bincount(of_box), np.bincount(of_box, weights=swapped), np.bincount(of_box, weights=whole)
        bad = (n >= enough) & (fit + read >= FITS * n) & (read <= MISFITS * n)
        if bad.any():
            chosen = bad[of_box]
            return index[chosen], int(whole[chosen].sum())
    return np.zeros(0, dtype=np.int64), 0


def _parts(dataset: Dataset) -> Iterator[Ints]:
    yield np.zeros(len(dataset.images), dtype=np.int64)
    for _, group in groupings(dataset):
        yield group


def _without_grid(dataset: Dataset, index: Ints, aspects: Aspects, least: int) -> Iterator[Finding]:
    """What the slope of the aspect tells of the set or a group, and what boxes that leave the picture tell of the set."""
    for group in _parts(dataset):
        of_box = group[aspects.image]
        slopes = {g: aspects.slope(of_box == g) for g in np.unique(of_box).tolist()}
        swapped = {g: slope for g, slope in slopes.items() if slope is not None and slope.swapped}
        for g, slope in swapped.items():
            wrong = index[group[dataset.boxes.image[index]] == g]
            text = f"the aspect of {len(wrong):,} boxes grows with that of their pictures by {slope.value:.2f}"
            yield from _findings(
                dataset, wrong, f"{text} (+- {slope.error:.2f}), should be near 0: the axes are swapped"
            )
        if swapped:
            return
    b = dataset.boxes
    over = (
        (b.w / 2 > b.x + BEYOND)
        | (b.h / 2 > b.y + BEYOND)
        | (b.x + b.w / 2 > 1 + BEYOND)
        | (b.y + b.h / 2 > 1 + BEYOND)
    )
    outside = index[over[index]]
    if len(index) < least or len(outside) < 0.1 * len(index):
        return
    for words, turned in ((TURNED, True), (SIDES, False)):
        swapped_out = _leaves(dataset, index, turned=turned)
        if swapped_out.mean() <= 0.002:
            text = f"{len(outside)} of {len(index):,} boxes leave the picture as x y w h, {int(swapped_out.sum())} with {words}"
            yield from _findings(dataset, outside, f"{text}: the axes are swapped")
            return


def _leaves(dataset: Dataset, index: Ints, *, turned: bool) -> Mask:
    """Which of the boxes leave their picture by more than a hundredth, turned or with their sides swapped."""
    b, images = dataset.boxes, dataset.images
    image = b.image[index]
    stretch = images.height[image] / images.width[image] if turned else np.ones(len(index))
    w, h = (b.w[index], b.h[index]) if turned else (b.h[index], b.w[index])
    x, y = b.x[index], b.y[index]
    across = np.maximum(w / 2 - x, x + w / 2 - 1 / stretch) * stretch
    down = np.maximum(h / 2 - y, y + h / 2 - stretch) / stretch
    return np.asarray(np.maximum(across, down) > BEYOND)


def _findings(dataset: Dataset, wrong: Ints, text: str) -> Iterator[Finding]:
    """One finding that says why at the first box, and one for each other picture."""
    b = dataset.boxes
    heads = first_rows(dataset, wrong)
    i = int(heads[0])
    yield Finding(place_of(dataset, i), text, (picture_of(dataset, i, [i]),))
    for k, i in enumerate(heads[1:MOST].tolist(), 1):
        box = f"{b.x[i]:g} {b.y[i]:g} {b.w[i]:g} {b.h[i]:g}"
        yield Finding(
            place_of(dataset, i),
            f"box {box}: the axes are swapped, as in {b.label_path[heads[0]]}{and_more(k, len(heads))}",
        )


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
