"""Annotations whose `area` fits neither their box nor their polygons."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.box_readings import Mask
from traindx.core.dataset import Floats
from traindx.scan.coco_columns import CocoEntries
from traindx.scan.coco_segmentation import FAR
from traindx.scan.entry_rows import Entry

EQUAL = 0.02
BULK = 0.9
"""Where this share of the outline-less areas is width x height within `EQUAL`, the others are taken for wrong; else they
are areas of masks that were not kept, and only impossible ones are."""

LEAST, MOST = 0.005, 1.1
"""Share of its box that the area of a mask can have: a thin diagonal object, and rounding of the box. Guesses."""


def doubtful_areas(entries: CocoEntries) -> Iterator[Entry]:
    """An entry for each annotation whose area is wrong, and one for all that have none.

    An area is right that is the box's, that of the polygons within a tenth, or lies between the two.
    """
    boxes = entries.boxes
    values = np.array(boxes.values, dtype=np.float64).reshape(-1, 4)
    with np.errstate(invalid="ignore", over="ignore"):
        box = values[:, 2] * values[:, 3]
    area, outline = np.array(boxes.area), np.array(boxes.outline)
    sized = (values[:, 2:] > 0).all(axis=1) & np.isfinite(box)
    missing = np.isnan(area)
    if missing.any():
        said = f"{int(missing.sum()):,} of {len(area):,} annotations have no `area`"
        line = boxes.line[int(np.flatnonzero(missing)[0])]
        yield Entry(entries.label_path, line, "no-area", f"{said}: pycocotools stops when it evaluates them")
    whole = np.where(sized, box, 1.0)
    share = area / whole
    low, high = _range(share, outline / whole, sized & ~missing)
    slack = 2 * np.minimum(values[:, 2:], FAR).sum(axis=1) / whole  # a pixel at each edge
    wrong = sized & ~missing & ((share < low - slack) | (share > high + slack))
    corners = wrong & np.isnan(outline) & _of_corners(values, area)
    for n in np.flatnonzero(corners).tolist():
        x0, y0, x1, y1 = (f"{value:g}" for value in values[n])
        said = (
            f"area {area[n]:g} px² is that of the corners {x0} {y0} and {x1} {y1}: bbox should be x, y, width, height"
        )
        yield Entry(
            entries.label_path, boxes.line[n], "box-corners", f"{_called(boxes.id[n])}: {said}", "", boxes.picture[n]
        )
    wrong &= ~corners
    for n in np.flatnonzero(wrong).tolist():
        of = f"its box covers {box[n]:g}"
        if np.isfinite(outline[n]):
            of = f"its polygons cover {outline[n]:g} and {of}"
        said = f"{_called(boxes.id[n])}: area {area[n]:g} px², {of}"
        yield Entry(entries.label_path, boxes.line[n], "wrong-area", said, "", boxes.picture[n])


def _called(own: int) -> str:
    return f"annotation {own}" if own >= 0 else "an annotation"


def _of_corners(values: Floats, area: Floats) -> Mask:
    """Whether the area is that of the four numbers as two corners, to a thousandth or half a pixel: no chance, where it is not
    the box's own and those of others are.
    """
    with np.errstate(invalid="ignore", over="ignore"):
        width, height = values[:, 2] - values[:, 0], values[:, 3] - values[:, 1]
        near = np.abs(width * height - area) <= np.maximum(0.001 * area, 0.5)
    return np.asarray((width > 0) & (height > 0) & (area >= 25) & near)


def _range(area: Floats, outline: Floats, known: Mask) -> tuple[Floats, Floats]:
    """Least and most share of its box that each area can have; all as shares of the box, `outline` nan where there is none."""
    plain = np.isnan(outline)
    boxes = np.abs(area[known & plain] - 1) <= EQUAL
    strict = len(boxes) > 0 and boxes.mean() >= BULK
    low = np.where(plain, 1 - 5 * EQUAL if strict else LEAST, np.minimum(0.9 * outline, 1 - EQUAL))
    return low, np.where(plain, 1 + EQUAL if strict else MOST, np.maximum(1.1 * outline, MOST))
