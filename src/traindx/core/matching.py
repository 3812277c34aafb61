"""Boxes of two sources paired by how much they overlap: all pairs at once, then one to one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from traindx.core.dataset import Boxes, Floats, Ints

CHUNK = 2_000_000
"""Pairs looked at together: 64 MB of corners."""


@dataclass(frozen=True)
class Pairs:
    """Pairs of boxes by index, with the intersection over union of each."""

    a: Ints
    b: Ints
    iou: Floats

    def __len__(self) -> int:
        return len(self.a)

    def where(self, keep: NDArray[np.bool_]) -> Pairs:
        """The pairs at which `keep` is true."""
        return Pairs(self.a[keep], self.b[keep], self.iou[keep])


def corners_of(boxes: Boxes) -> Floats:
    """Corners x0, y0, x1, y1 as shares of the picture, (n, 4). The overlap of two boxes is the same in pixels."""
    return np.stack(
        [boxes.x - boxes.w / 2, boxes.y - boxes.h / 2, boxes.x + boxes.w / 2, boxes.y + boxes.h / 2], axis=1
    )


def usable(boxes: Boxes) -> NDArray[np.bool_]:
    """Boxes that can be matched: finite, with an area, of a class that is a whole number."""
    finite = np.isfinite(boxes.x + boxes.y + boxes.w + boxes.h + boxes.class_id)
    return np.asarray(finite & (boxes.w > 0) & (boxes.h > 0) & (boxes.class_id == np.floor(boxes.class_id)))


def overlapping(image_a: Ints, a: Floats, image_b: Ints, b: Floats, least: float) -> Pairs:
    """Every pair of a box of `a` and one of `b`, (n, 4) corners, in the same picture with IoU of at least `least` (> 0)."""
    parts = [_overlaps(a, b, i, j, least) for i, j in _candidates(image_a, image_b)]
    if not parts:
        return Pairs(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
    return Pairs(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("a", "b", "iou")))


def _candidates(image_a: Ints, image_b: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Index pairs of boxes in the same picture, some `CHUNK` at a time."""
    order = np.argsort(image_b, kind="stable")
    low, high = (np.searchsorted(image_b[order], image_a, side=side) for side in ("left", "right"))
    counts = high - low
    ends = np.cumsum(counts)
    start = 0
    while start < len(counts):
        done = ends[start - 1] if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, done + CHUNK, side="right")))
        some = counts[start:stop]
        i = np.repeat(np.arange(start, stop), some)
        offset = np.arange(len(i)) - np.repeat(np.cumsum(some) - some, some)
        yield i, order[low[i] + offset]
        start = stop


def _overlaps(a: Floats, b: Floats, i: Ints, j: Ints, least: float) -> Pairs:
    iou = paired_iou(a[i], b[j])
    keep = iou >= least
    return Pairs(i[keep], j[keep], iou[keep])


def paired_iou(a: Floats, b: Floats) -> Floats:
    """Intersection over union of each row of `a` with the same row of `b`, both (n, 4) corners; 0 without an area."""
    inner = np.clip(np.minimum(a[:, 2:], b[:, 2:]) - np.maximum(a[:, :2], b[:, :2]), 0, None).prod(axis=1)
    union = (a[:, 2:] - a[:, :2]).prod(axis=1) + (b[:, 2:] - b[:, :2]).prod(axis=1) - inner
    return np.asarray(np.divide(inner, union, out=np.zeros_like(inner), where=union > 0))


def one_to_one(pairs: Pairs, preference: Floats | None = None) -> Pairs:
    """Pairs such that no box stands in two of them: greedily, the highest `preference` (default: IoU) first.

    Greedy is what the evaluations of VOC and COCO do; where overlaps are clear it is also the optimal assignment.
    """
    value = pairs.iou if preference is None else preference
    order = np.lexsort((pairs.b, pairs.a, -value))
    left, taken = order, [np.zeros(0, np.int64)]
    while len(left):
        first_a, first_b = np.zeros(len(left), bool), np.zeros(len(left), bool)
        first_a[np.unique(pairs.a[left], return_index=True)[1]] = True
        first_b[np.unique(pairs.b[left], return_index=True)[1]] = True
        best = left[first_a & first_b]  # nobody else's better pair: greedy would take these whatever came before
        taken.append(best)
        left = left[~np.isin(pairs.a[left], pairs.a[best]) & ~np.isin(pairs.b[left], pairs.b[best])]
    chosen = np.sort(np.concatenate(taken))
    return Pairs(pairs.a[chosen], pairs.b[chosen], pairs.iou[chosen])
