"""D238: boxes whose four numbers are meant in another way than the format has it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.corner_formats import LEAST, OWN, Misread, as_shares, misread_boxes, read_as
from traindx.core.dataset import Dataset
from traindx.core.entry_findings import ENTRY_FORMATS, entries_of, entry_findings
from traindx.core.finding import Box, Finding, Measured, Picture, Table
from traindx.core.row_findings import MOST, count_rows, place_of, row_findings
from traindx.core.small_dataset import dataset_of


@check("D238", level="error")
def box_in_another_format(dataset: Dataset, *, least: int = LEAST) -> Iterator[Finding | Measured]:
    """Boxes are written as corners, by their centre, y before x, or as shares, and the format has another way.

    COCO's bbox is x, y of the upper left corner, width, height; VOC's bndbox two corners; both in pixels. Another way is
    seen when, of at least `least` boxes of the set or a split, 99 % lie in their picture when read so and 10 % do
    not as the format has it (5 % for boxes by their centre); in single pictures of three boxes or more, when all lie in it
    and half do not. Boxes of a COCO json that all lie inside as corners too are corners where the third number grows with the
    first, and the fourth with the second, by one. A box proves itself whose corners are those of its own polygon, whose
    recorded area is that of its numbers as corners and not as corner and size, or whose numbers are all at most 1. The shares
    are guesses.

    ## Why is this bad?
    Every number is legal, so no reader complains. The boxes are in the wrong place or size: box loss stays high and mAP
    near 0. Boxes as shares are less than a pixel and are dropped.

    ## How to fix
    Convert the boxes: width = x1 - x0, height = y1 - y0; x0 = centre - width / 2; shares times the picture's size.
    """
    if dataset.format not in ENTRY_FORMATS or not (len(dataset.boxes) or len(dataset.rows)):
        return
    shares = np.flatnonzero(as_shares(dataset))
    corners = entries_of(dataset, "box-corners")
    parts = misread_boxes(dataset, least)
    yield Measured("boxes that fit their picture in another way alone", sum(len(part.leaving) for part in parts), "0")
    yield Measured("boxes written as shares of the picture", count_rows(dataset, shares), "0")
    b = dataset.boxes
    for part in parts:
        yield from _findings(dataset, part)

    def message(i: int) -> str:
        x0, y0, x1, y1 = (side[i] for side in dataset.corners())
        values = (x0, y0, x1 - x0, y1 - y0) if dataset.format == "coco" else (x0, y0, x1, y1)
        said = " ".join(f"{value:.4g}" for value in values)
        return f"box {said} is in shares of the picture, should be in pixels ({b.w[i]:.2g} of its width)"

    yield from row_findings(dataset, shares, message)
    yield from entry_findings(dataset, corners)


def _findings(dataset: Dataset, part: Misread) -> Iterator[Finding]:
    """One finding for the part at its first box that does not fit, one for each other picture with such a box."""
    n, own = len(part.index), OWN[dataset.format]
    image = dataset.boxes.image
    _, first = np.unique(image[part.leaving], return_index=True)
    heads = part.leaving[np.sort(first)][:MOST].tolist()
    rows = ((own, n - len(part.leaving)), (part.reading, part.fitting))
    table = Table("Boxes inside their picture under each reading", ("reading", "boxes"), rows)
    text = f"{len(part.leaving)} of {n} boxes do not fit their picture as {own}, {n - part.fitting} as {part.reading}"
    each = f"box does not fit its picture as {own}, but as {part.reading}"
    if part.slopes is not None:
        grown = " and ".join(f"{slope:.2f}" for slope in part.slopes)
        text = f"the third number grows with the first, and the fourth with the second, by {grown} over {n} boxes: {part.reading}"
        each = f"box is {part.reading}, as the others, should be {own}"
    yield Finding(place_of(dataset, heads[0]), text, (table, _picture(dataset, heads[0], part.reading)))
    for i in heads[1:]:
        yield Finding(place_of(dataset, i), each)


def _picture(dataset: Dataset, i: int, reading: str) -> Picture:
    """One box under both readings."""
    drawn = []
    for way in (OWN[dataset.format], reading):
        x0, y0, x1, y1 = (float(side[i]) for side in read_as(dataset, way))
        drawn.append(Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1), f"as {way}", way != reading))
    path = str(dataset.images.path[dataset.boxes.image[i]])
    return Picture(dataset.absolute(path), tuple(drawn), path)


def _set(corners: bool, size: float = 1.0) -> Dataset:
    """Twelve boxes of a COCO json, written by corner and size or by two corners, all in the right half of 640 x 480."""
    boxes = []
    for n in range(12):
        x0, y0, w, h = 0.5 + 0.02 * n, 0.3, 0.2, 0.4
        w, h = (x0 + w, y0 + h) if corners else (w, h)
        values = {"x": (x0 + w / 2) * size, "y": (y0 + h / 2) * size, "w": w * size, "h": h * size}
        boxes.append({"image": n, "line": n + 1, "id": n, "label_path": "a.json", **values})
    return replace(dataset_of([{"path": f"{n}.jpg"} for n in range(12)], boxes), format="coco")


@box_in_another_format.fires_on
def corners_in_a_coco_json() -> Facts:
    return {"dataset": _set(corners=True)}


@box_in_another_format.fires_on
def shares_in_a_coco_json() -> Facts:
    return {"dataset": _set(corners=False, size=1 / 640)}


@box_in_another_format.quiet_on
def corner_and_size() -> Facts:
    return {"dataset": _set(corners=False)}


def _inside(corners: bool, product: bool = False) -> Dataset:
    """Forty boxes in the upper left quarter of their pictures, or (`product`) large ones in the middle, in pixels of 640 x 480."""
    rng, boxes = np.random.default_rng(0), []
    for n in range(40):
        w, h = rng.uniform(0.55, 0.8, 2) if product else rng.uniform(0.05, 0.2, 2)
        x0, y0 = (1 - w) / 2, (1 - h) / 2
        if not product:
            x0, y0 = rng.uniform(0, 0.3, 2)
        w, h = (x0 + w, y0 + h) if corners else (w, h)
        values = {"x": x0 + w / 2, "y": y0 + h / 2, "w": w, "h": h}
        boxes.append({"image": n, "line": n + 1, "id": n, "label_path": "a.json", **values})
    return replace(dataset_of([{"path": f"{n}.jpg"} for n in range(40)], boxes), format="coco")


@box_in_another_format.fires_on
def corners_that_stay_inside() -> Facts:
    return {"dataset": _inside(corners=True)}


@box_in_another_format.quiet_on
def small_boxes_at_the_upper_left() -> Facts:
    return {"dataset": _inside(corners=False)}


@box_in_another_format.quiet_on
def large_boxes_in_the_middle() -> Facts:
    return {"dataset": _inside(corners=False, product=True)}


@box_in_another_format.quiet_on
def the_middle_third_of_pictures_of_many_sizes() -> Facts:
    rng = np.random.default_rng(0)
    images = [{"path": f"{n}.jpg", "width": 160 + 40 * n, "height": 120 + 30 * n} for n in range(40)]
    sides = rng.normal(0.36, 0.01, (40, 2))
    boxes = [
        {"image": n, "line": n + 1, "id": n, "label_path": "a.json", "w": w, "h": h} for n, (w, h) in enumerate(sides)
    ]
    return {"dataset": replace(dataset_of(images, boxes), format="coco")}
