"""Judges the outline of a COCO annotation: polygons and run lengths against their own form, the box and the picture."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from operator import mul
from typing import Any, TypeAlias

Fault: TypeAlias = tuple[str, str]
"""Kind and reason of what is wrong, as in `Rows`."""

DISJOINT = 0.5
"""A polygon of which less than this share of its extent lies in the box is not the box's. A guess: a part of an object
that is hidden leaves the polygon smaller than the box, never beside it."""

LOOSE = 0.5
"""A box and its polygon's extent with a smaller intersection over union agree loosely: the match threshold of PASCAL VOC."""

FAR = float(1 << 31)
"""No coordinate of a picture lies beyond."""

SLACK = 2.0
"""Pixels by which box and polygon may differ at any edge: rounding of both to whole pixels."""


def outline_fault(segmentation: Any, box: Sequence[float] | None, size: tuple[int, int]) -> Fault | None:
    """What is wrong with a segmentation, if anything. `box` is x y w h in pixels where it is usable.

    `size` is width and height of the picture as recorded, 0 where unknown. An empty outline is none at all, and is legal.
    """
    if isinstance(segmentation, dict):
        return _run_lengths(segmentation, size)
    if not isinstance(segmentation, list):
        return "bad-polygon", f"segmentation is {type(segmentation).__name__}, should be polygons or run lengths"
    parts = segmentation if segmentation and isinstance(segmentation[0], list) else [segmentation]
    parts = [part for part in parts if part != []]
    for part in parts:
        if (reason := _polygon_fault(part)) is not None:
            return "bad-polygon", reason
    if parts and not isinstance(segmentation[0], list):
        return "bad-polygon", "the polygon's numbers are not in a list of their own: should be [[x, y, ...]]"
    return _against_box(parts, box) if box is not None and parts else None


def _polygon_fault(part: Any) -> str | None:
    if not isinstance(part, list):
        return f"a polygon is {type(part).__name__}, should be a list of x, y, x, y, ..."
    try:
        sane = isfinite(sum(part)) and min(part) > -FAR and max(part) < FAR
    except (TypeError, OverflowError):
        return "a polygon holds what is no number"
    if len(part) % 2:
        return f"a polygon has {len(part)} numbers, should be even: x, y, x, y, ..."
    if len(part) < 6:
        return f"a polygon has {len(part) // 2} points, should be 3 or more"
    return None if sane else "a polygon holds a number beyond any picture, or none that is finite"


def _run_lengths(rle: dict[str, Any], size: tuple[int, int]) -> Fault | None:
    written = rle.get("size")
    if not (isinstance(written, list) and len(written) == 2 and all(isinstance(n, int) for n in written)):
        return "bad-polygon", "run lengths without a size [height, width]"
    height, width = written
    counts = rle.get("counts")
    if not isinstance(counts, (list, str)):
        return "bad-polygon", "run lengths without counts"
    if all(size) and (width, height) != size:
        return "rle-size", f"the mask is {width}x{height}, the picture is recorded as {size[0]}x{size[1]}"
    if isinstance(counts, list):
        if not all(type(n) is int and n >= 0 for n in counts):
            return "bad-polygon", "run lengths hold what is no count"
        if sum(counts) != width * height:
            return (
                "rle-size",
                f"the run lengths cover {sum(counts):,} pixels, their size {width}x{height} has {width * height:,}",
            )
    return None


def extent(parts: Sequence[Sequence[float]]) -> tuple[float, float, float, float]:
    """Smallest and largest x and y of polygons: x0, y0, x1, y1."""
    if len(parts) == 1:
        xs: Sequence[float] = parts[0][0::2]
        ys: Sequence[float] = parts[0][1::2]
    else:
        xs, ys = [x for part in parts for x in part[0::2]], [y for part in parts for y in part[1::2]]
    return min(xs), min(ys), max(xs), max(ys)


def _against_box(parts: Sequence[Sequence[float]], box: Sequence[float]) -> Fault | None:
    x0, y0, x1, y1 = extent(parts)
    bx0, by0, bx1, by1 = box[0], box[1], box[0] + box[2], box[1] + box[3]
    if abs(x0 - bx0) <= SLACK and abs(y0 - by0) <= SLACK and abs(x1 - bx1) <= SLACK and abs(y1 - by1) <= SLACK:
        return None
    if x1 > x0 and y1 > y0 and max(abs(a - b) for a, b in zip((x0, y0, x1, y1), box, strict=True)) <= SLACK:
        said = " ".join(f"{number:g}" for number in box)
        return "box-corners", f"bbox {said} is the corners of its polygon, should be x, y, width, height"
    if bx1 <= bx0 or by1 <= by0:
        return None
    common = max(0.0, min(x1, bx1) - max(x0, bx0)) * max(0.0, min(y1, by1) - max(y0, by0))
    own, boxed = (x1 - x0) * (y1 - y0), (bx1 - bx0) * (by1 - by0)
    kind = "polygon-off-box" if common < DISJOINT * own else "polygon-beyond-box"
    if own > 0 and common < LOOSE * (own + boxed - common):
        said = f"the polygon spans {x0:g} {y0:g} .. {x1:g} {y1:g}, the box {bx0:g} {by0:g} .. {bx1:g} {by1:g}"
        return kind, f"{said}: they share {common / (own + boxed - common):.0%} of their area"
    return None


def polygon_area(parts: Sequence[Sequence[float]]) -> float:
    """The area of polygons, by the shoelace formula, parts added; nan without any part."""
    held = [part for part in parts if part]
    total = 0.0 if held else float("nan")
    for part in held:
        xs, ys = part[0::2], part[1::2]
        twice = sum(map(mul, xs, [*ys[1:], ys[0]])) - sum(map(mul, [*xs[1:], xs[0]], ys))
        total += abs(twice) / 2
    return total
