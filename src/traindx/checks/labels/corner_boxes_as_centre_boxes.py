"""D210: boxes written by their corners, or from their upper left corner, and read by their centre."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.box_formats import CORNERS, UPPER_LEFT, Misread, misread_boxes
from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Box, Finding, Measured, Picture, Table
from traindx.core.row_findings import MOST, and_more, first_rows, place_of
from traindx.core.small_dataset import dataset_of

WORDS = {CORNERS: "two corners", UPPER_LEFT: "upper left corner and size"}


@check("D210", level="error")
def corner_boxes_as_centre_boxes(dataset: Dataset, *, least: int = 10) -> Iterator[Finding | Measured]:
    """Boxes are written as two corners, or as corner and size, and are read as centre and size.

    A row is `class x y w h` with x, y the centre. Looked at are the set, its splits, folders, files of a common name, and
    single files. Two corners are seen when, of at least `least` boxes, 99 % have their second corner below and right of the
    first, inside the picture, while 20 % leave the picture when read by the centre. Upper left corner and size are seen
    when 5 % leave the picture at the left or top and hardly one at the right or bottom, under either reading; or when two
    do and boxes of odd size begin on whole pixels, which a centre never does. In a single file of three boxes (five for
    the upper left corner), half of the boxes have to leave the picture. These thresholds are guesses.

    ## Why is this bad?
    Nearly every number is a legal share, so no reader complains. The boxes are in the wrong place and too large: box loss
    stays high and mAP near 0.

    ## How to fix
    Write (x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, y1 - y0; or add half of width and height to the upper left corner.
    """
    if not len(dataset.boxes) or dataset.format != "yolo":
        return
    found = misread_boxes(dataset, least)
    yield Measured("boxes that fit as two corners", found.corners, f"few of {found.boxes}")
    yield Measured("boxes that leave the picture as centre and size", found.outside, f"few of {found.boxes}")
    for misread in found.parts:
        yield from _findings(dataset, misread)


def _findings(dataset: Dataset, misread: Misread) -> Iterator[Finding]:
    """One finding for the part at its first box that leaves the picture, one for each other file with such a box."""
    yield _finding(dataset, misread)
    boxes, outside = dataset.boxes, misread.index[misread.outside]
    heads = first_rows(dataset, outside)
    for k, i in enumerate(heads[1:MOST].tolist(), 1):
        text = f"box {boxes.x[i]:g} {boxes.y[i]:g} {boxes.w[i]:g} {boxes.h[i]:g} leaves the picture as centre and size"
        yield Finding(place_of(dataset, i), f"{text}, not as {WORDS[misread.reading]}{and_more(k, len(heads))}")


def _finding(dataset: Dataset, misread: Misread) -> Finding:
    b, n, reading = dataset.boxes, len(misread.index), WORDS[misread.reading]
    i = int(misread.index[np.flatnonzero(misread.outside)[0]])
    table = Table(
        "Boxes inside the picture under each reading",
        ("reading", "boxes", "share"),
        (
            (
                "centre and size, as trainers read them",
                int(n - misread.outside.sum()),
                f"{1 - misread.outside.mean():.1%}",
            ),
            (reading, int(misread.fits.sum()), f"{misread.fits.mean():.1%}"),
        ),
    )
    text = f"{int(misread.outside.sum())} of {n} boxes{misread.where} leave the picture as centre and size"
    row = f"first: {b.x[i]:g} {b.y[i]:g} {b.w[i]:g} {b.h[i]:g}"
    message = f"{text}, {n - int(misread.fits.sum())} as {reading} ({row})"
    return Finding(place_of(dataset, i), message, (table, _picture(dataset, i, reading)))


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
