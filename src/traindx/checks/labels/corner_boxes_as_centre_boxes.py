"""D210: boxes written by their corners, or from their upper left corner, and read by their centre."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.box_readings import Mask, corner_reading_fits, overhang, plain_boxes
from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset, Ints, dataset_of
from traindx.core.finding import Box, Finding, Measured, Picture, Table
from traindx.core.row_findings import place_of


@check("D210", level="error")
def corner_boxes_as_centre_boxes(
    dataset: Dataset, *, least: int = 10, fits: float = 0.99, leaves: float = 0.2
) -> Iterator[Finding | Measured]:
    """Boxes are written as two corners, or as corner and size, and are read as centre and size.

    A row is `class x y w h` with x, y the centre. Two corners are seen when, of at least `least` boxes, a share of `fits`
    has its second corner below and right of the first, inside the picture, while a share of `leaves` leaves the picture
    when read by the centre. The same within one file of three boxes or more. Upper left corner and size are seen when at
    least twice `least` boxes, a twentieth of all, leave the picture at the left or top, and none at the right or bottom.
    These thresholds are a guess.

    ## Why is this bad?
    Nearly every number is a legal share, so no reader complains. The boxes are in the wrong place and too large: box loss
    stays high and mAP near 0.

    ## How to fix
    Write (x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, y1 - y0; or add half of width and height to the upper left corner.
    """
    if not len(dataset.boxes):
        return
    known = plain_boxes(dataset) | corner_reading_fits(dataset)
    corners = corner_reading_fits(dataset)[known]
    left_top, right_bottom = (over[known] > 0.01 for over in overhang(dataset))
    outside = left_top | right_bottom
    n = int(known.sum())
    yield Measured("boxes that fit as two corners", int(corners.sum()), f"few of {n}")
    yield Measured("boxes that leave the picture as centre and size", int(outside.sum()), f"few of {n}")
    index = np.flatnonzero(known)
    if n >= least and corners.mean() >= fits and outside.mean() >= leaves:
        yield from _findings(dataset, index, outside, "two corners", corners)
    elif left_top.sum() >= max(2 * least, n / 20) and not right_bottom.any():
        yield from _findings(dataset, index, outside, "upper left corner and size", ~right_bottom)
    else:
        yield from _single_files(dataset, index, corners, outside)


def _single_files(dataset: Dataset, index: Ints, corners: Mask, outside: Mask) -> Iterator[Finding]:
    """Files of at least three boxes that all fit as corners, half of which leave the picture when read by the centre."""
    if not len(index):
        return
    _, file = np.unique(dataset.boxes.image[index], return_inverse=True)
    rows, fit, leave = (np.bincount(file, weights=mask) for mask in (np.ones(len(file)), corners, outside))
    for f in np.flatnonzero((rows >= 3) & (fit == rows) & (leave >= rows / 2)):
        inside = file == f
        yield _finding(dataset, index[inside], outside[inside], "two corners", corners[inside])


def _findings(dataset: Dataset, index: Ints, outside: Mask, reading: str, fit: Mask) -> Iterator[Finding]:
    """One finding for the whole set at its first box that leaves the picture, one for each other file with such a box."""
    yield _finding(dataset, index, outside, reading, fit)
    boxes = dataset.boxes
    first: dict[str, int] = {}
    for i in index[outside].tolist():
        first.setdefault(str(boxes.label_path[i]), i)
    for i in list(first.values())[1:]:
        text = f"box {boxes.x[i]:g} {boxes.y[i]:g} {boxes.w[i]:g} {boxes.h[i]:g} leaves the picture as centre and size"
        yield Finding(place_of(dataset, i), f"{text}, not as {reading}")


def _finding(dataset: Dataset, index: Ints, outside: Mask, reading: str, fit: Mask) -> Finding:
    b, n = dataset.boxes, len(index)
    i = int(index[np.flatnonzero(outside)[0]])
    table = Table(
        "Boxes inside the picture under each reading",
        ("reading", "boxes", "share"),
        (
            ("centre and size, as trainers read them", int(n - outside.sum()), f"{1 - outside.mean():.1%}"),
            (reading, int(fit.sum()), f"{fit.mean():.1%}"),
        ),
    )
    text = f"{int(outside.sum())} of {n} boxes leave the picture as centre and size, {n - int(fit.sum())} as {reading}"
    row = f"first: {b.x[i]:g} {b.y[i]:g} {b.w[i]:g} {b.h[i]:g}"
    return Finding(place_of(dataset, i), f"{text} ({row})", (table, _picture(dataset, i, reading)))


def _picture(dataset: Dataset, i: int, reading: str) -> Picture:
    """One box under both readings."""
    b, image = dataset.boxes, int(dataset.boxes.image[i])
    w, h = (float(side[image] or 1) for side in (dataset.images.width, dataset.images.height))
    right, lower = (b.w[i], b.h[i]) if reading == "two corners" else (b.x[i] + b.w[i], b.y[i] + b.h[i])
    read = Box(
        float(b.x[i] - b.w[i] / 2) * w,
        float(b.y[i] - b.h[i] / 2) * h,
        float(b.x[i] + b.w[i] / 2) * w,
        float(b.y[i] + b.h[i] / 2) * h,
        "as read",
        wrong=True,
    )
    meant = Box(float(b.x[i]) * w, float(b.y[i]) * h, float(right) * w, float(lower) * h, f"as {reading}")
    path = str(dataset.images.path[image])
    return Picture(dataset.absolute(path), (read, meant), path)


def _rows(*boxes: tuple[float, float, float, float]) -> list[dict[str, float]]:
    return [dict(zip("xywh", box, strict=True)) | {"image": 0, "line": n} for n, box in enumerate(boxes, 1)]


@corner_boxes_as_centre_boxes.fires_on
def a_file_of_corners() -> Facts:
    boxes = _rows((0.1, 0.1, 0.4, 0.3), (0.6, 0.5, 0.9, 0.9), (0.2, 0.7, 0.3, 0.95))
    return {"dataset": dataset_of([{"path": "a.jpg"}], boxes)}


@corner_boxes_as_centre_boxes.quiet_on
def a_file_of_centres() -> Facts:
    boxes = _rows((0.2, 0.2, 0.4, 0.3), (0.6, 0.5, 0.3, 0.2), (0.2, 0.7, 0.3, 0.3))
    return {"dataset": dataset_of([{"path": "a.jpg"}], boxes)}


@corner_boxes_as_centre_boxes.quiet_on
def large_boxes_that_leave_the_picture() -> Facts:
    boxes = _rows((0.4, 0.4, 0.9, 0.9), (0.5, 0.5, 1.0, 1.0))
    return {"dataset": dataset_of([{"path": "a.jpg"}], boxes)}
