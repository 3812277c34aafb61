"""Functions of the user's own that are named after an overlap of boxes: the format of boxes in which they give what they gave.

What such a function returned is held against the overlaps of its arguments in each format, and in each measure that bears the
name: of the union, of the smaller set, 1 less either. The format in which both agree is how the function reads boxes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from traindx.core.target_boxes import corners

Floats = NDArray[np.float64]

NAMED = re.compile(
    r"(?:^|_|(?-i:(?<=[a-z])(?=I[oO]U)))(?:bbox(?:es)?_?|box(?:es)?_?)?(?:ious?|jaccard|overlaps?)(?=_|\d|\Z)"
    r"|intersection_over_union",
    re.IGNORECASE,
)
OTHER = re.compile(r"loss|(?:^|_)[gdcs]_?iou|general|mask|seg|mean|miou|_at|score|nms|match|assign", re.IGNORECASE)
"""What a function of another measure, or of something done with overlaps, is called."""

FORMATS = ("xyxy", "cxcywh", "xywh")
NEAR = 0.02
"""How far most values may lie from those of a format: constants against a division by zero, a last pixel that counts (a guess)."""


def is_overlap(name: str) -> bool:
    """Whether a function is named after the overlap of boxes."""
    return NAMED.search(name) is not None and OTHER.search(name) is None


@dataclass(frozen=True)
class Call:
    """Two sets of boxes [n, 4] and [m, 4] that were given, and what was returned: [n, m], or [n] for sets of one length."""

    first: Floats
    second: Floats
    returned: Floats


def format_of(calls: Sequence[Call]) -> tuple[str, float, int]:
    """The format in which the sets overlap as was returned; the mean distance in it, over the boxes that meet there or of which
    something else was returned; and their number. Of formats that fit alike the first counts: corners."""
    found = [(name, *min(_distances(calls, name))) for name in FORMATS]
    near = [row for row in found if row[1] <= NEAR]
    return near[0] if near else min(found, key=lambda row: row[1])


def _distances(calls: Sequence[Call], name: str) -> list[tuple[float, int]]:
    """For each measure of overlap the mean distance of what was returned, and over how many pairs of boxes."""
    scale = max(float(np.abs(boxes).max(initial=0.0)) for call in calls for boxes in (call.first, call.second))
    found = []
    for pixel in (0.0, 1.0) if scale > 2 else (0.0,):
        measured = [_measures(corners(c.first, name), corners(c.second, name), pixel, c.returned.ndim) for c in calls]
        for values in zip(*measured, strict=True):
            for less in (False, True):
                found.append(_distance([1 - v if less else v for v in values], calls, less))
    return found


def _distance(values: Sequence[Floats], calls: Sequence[Call], less: bool) -> tuple[float, int]:
    expected = np.concatenate([v.reshape(-1) for v in values])
    returned = np.concatenate([c.returned.reshape(-1) for c in calls])
    nothing = 1.0 if less else 0.0
    told = (np.abs(expected - nothing) > 0.05) | (np.abs(returned - nothing) > 0.05)
    return (float(np.abs(expected - returned)[told].mean()) if told.any() else 0.0), int(told.sum())


def _measures(first: Floats, second: Floats, pixel: float, axes: int) -> list[Floats]:
    """Shared area over that of the union, of the first, of the second and of the smaller box: of each pair, or of those in one
    place."""
    a, b = (first, second) if axes == 1 else (first[:, None], second[None])
    lower, upper = np.maximum(a[..., :2], b[..., :2]), np.minimum(a[..., 2:], b[..., 2:])
    shared = np.clip(upper - lower + pixel, 0, None).prod(axis=-1)
    one, other = (np.clip(x[..., 2:] - x[..., :2] + pixel, 0, None).prod(axis=-1) for x in (a, b))
    parts = (one + other - shared, one + 0 * shared, other + 0 * shared, np.minimum(one, other))
    return [np.where(part > 0, shared / np.maximum(part, 1e-12), 0.0) for part in parts]
