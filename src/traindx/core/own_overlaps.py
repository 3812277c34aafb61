"""Functions of the user's own that are named after an overlap of boxes: the format of boxes in which they give what they gave.

What such a function returned is held against the overlaps of its arguments in each format, and in each measure that bears the
name: the shared area as it is where the function is no IoU by name, that of the union, of the smaller set, 1 less either. The
format in which both agree is how the function reads boxes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import CodeType

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
BEYOND = re.compile(r"(?:^|[^a-z])[gdcse]_?iou|(?-i:[GDCSE]IoU)|enclos|convex|generali[sz]ed", re.IGNORECASE)
"""What names in a function say that can return a measure beyond the overlap, as YOLOv5's `bbox_iou(..., CIoU=True)`."""
OF_UNION = re.compile(r"iou|jaccard|union", re.IGNORECASE)

FORMATS = ("xyxy", "cxcywh", "xywh")
NEAR = 0.02
"""How far most values may lie from those of a format: constants against a division by zero, a last pixel that counts (a guess)."""


def is_overlap(name: str) -> bool:
    """Whether a function is named after the overlap of boxes."""
    return NAMED.search(name) is not None and OTHER.search(name) is None


def returns_overlap_alone(code: CodeType) -> bool:
    """Whether nothing that a function names or says (arguments, names, texts) is of a measure beyond the overlap."""
    return not any(BEYOND.search(word) for word in _words(code))


def _words(code: CodeType) -> Iterator[str]:
    yield from (*code.co_varnames, *code.co_names, *code.co_freevars)
    for value in code.co_consts:
        if isinstance(value, CodeType):
            yield from _words(value)
        else:
            yield from (part for part in (value if type(value) is tuple else (value,)) if type(part) is str)


@dataclass(frozen=True)
class Call:
    """Two sets of boxes [n, 4] and [m, 4] that were given, and what was returned: [n, m], or [n] for sets of one length."""

    first: Floats
    second: Floats
    returned: Floats


def each_alone(call: Call) -> list[tuple[Floats, Floats]]:
    """The pairs of boxes of a call that compared each box with the one in its place alone."""
    return [(call.first[i : i + 1], call.second[i : i + 1]) for i in range(len(call.first))]


def format_of(calls: Sequence[Call], function: str) -> tuple[str, float, int]:
    """The format in which the sets overlap as the `function` of this name returned; the mean distance in it (of areas: as a share
    of them), over the boxes that meet there or of which something else was returned; and their number. Of formats that fit alike
    the first counts: corners."""
    area = OF_UNION.search(function) is None
    as_square = [Call(c.first, c.second, c.returned.T) if c.returned.ndim == 2 else c for c in calls]
    turned = [c for c in as_square if c.returned.shape in ((len(c.first), len(c.second)), (len(c.first),))]
    either = (
        (calls, turned) if len(turned) == len(calls) else (calls,)
    )  # of two sets of one length either may come first
    found = [(name, *min(d for given in either for d in _distances(given, name, area))) for name in FORMATS]
    near = [row for row in found if row[1] <= NEAR]
    return near[0] if near else min(found, key=lambda row: row[1])


def _distances(calls: Sequence[Call], name: str, area: bool) -> list[tuple[float, int]]:
    """For each measure of overlap the mean distance of what was returned, and over how many pairs of boxes."""
    scale = max(float(np.abs(boxes).max(initial=0.0)) for call in calls for boxes in (call.first, call.second))
    found = []
    for pixel in (0.0, 1.0) if scale > 2 else (0.0,):
        measured = [_measures(corners(c.first, name), corners(c.second, name), pixel, c.returned.ndim) for c in calls]
        for values in list(zip(*measured, strict=True))[0 if area else 1 :]:
            for less in (False, True):
                found.append(_distance([1 - v if less else v for v in values], calls, less))
    return found


def _distance(values: Sequence[Floats], calls: Sequence[Call], less: bool) -> tuple[float, int]:
    expected = np.concatenate([v.reshape(-1) for v in values])
    returned = np.concatenate([c.returned.reshape(-1) for c in calls])
    nothing = 1.0 if less else 0.0
    told = (np.abs(expected - nothing) > 0.05) | (np.abs(returned - nothing) > 0.05)
    off = np.abs(expected - returned) / np.maximum(np.abs(expected), 1.0)
    return (float(off[told].mean()) if told.any() else 0.0), int(told.sum())


def _measures(first: Floats, second: Floats, pixel: float, axes: int) -> list[Floats]:
    """The shared area, and that over the area of the union, of the first, of the second and of the smaller box: of each pair, or
    of those in one place."""
    a, b = (first, second) if axes == 1 else (first[:, None], second[None])
    lower, upper = np.maximum(a[..., :2], b[..., :2]), np.minimum(a[..., 2:], b[..., 2:])
    shared = np.clip(upper - lower + pixel, 0, None).prod(axis=-1)
    one, other = (np.clip(x[..., 2:] - x[..., :2] + pixel, 0, None).prod(axis=-1) for x in (a, b))
    parts = (one + other - shared, one + 0 * shared, other + 0 * shared, np.minimum(one, other))
    return [shared, *(np.where(part > 0, shared / np.maximum(part, 1e-12), 0.0) for part in parts)]
