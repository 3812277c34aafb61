"""Pairs of boxes of one picture that nearly coincide, found by one sort and a sweep."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from traindx.core.dataset import Boxes, Dataset, Floats, Ints

NEAR = 0.9
"""IoU from which pairs are sought once for all checks, and chosen from for a higher one."""


BLOCK = 1 << 15
"""Boxes that are sorted together, and the rest of their last picture: columns of them stay in the processor's cache."""


@dataclass(frozen=True)
class Pairs:
    """Boxes `first` and `second` of the same picture, `first` earlier in its file, and their intersection over union."""

    first: Ints
    second: Ints
    iou: Floats


def coinciding(dataset: Dataset, least: float) -> Pairs:
    """All pairs of boxes of one picture with an IoU of at least `least` (above 0.5); boxes without area are left out."""
    if least < NEAR:
        return pairs_of(dataset, least)
    pairs = dataset.near_pairs
    kept = pairs.iou >= least
    return Pairs(pairs.first[kept], pairs.second[kept], pairs.iou[kept])


def pairs_of(dataset: Dataset, least: float) -> Pairs:
    """`coinciding`, sought anew.

    With an IoU of t the centres differ by at most (1 - t) / t of the width, so that boxes sorted by picture and centre
    need to be compared with near neighbours alone.
    """
    b = dataset.boxes
    index = np.flatnonzero(b.sound)
    image = b.image[index]
    if (image[1:] < image[:-1]).any():
        index = index[np.argsort(image, kind="stable")]
        image = b.image[index]
    starts = np.flatnonzero(np.concatenate([[True], image[1:] != image[:-1]])[: len(image)])
    cuts = starts[np.searchsorted(starts[:-1], np.arange(BLOCK, len(index), BLOCK))]
    found = [pair for block in np.split(index, cuts) if len(block) > 1 for pair in _sweep(b, block, least)]
    a, c = (np.concatenate([part[n] for part in found] or [np.zeros(0, np.int64)]) for n in (0, 1))
    iou = np.concatenate([part[2] for part in found] or [np.zeros(0)])
    turn = (b.line[a] > b.line[c]) | ((b.line[a] == b.line[c]) & (a > c))
    first, second = np.where(turn, c, a), np.where(turn, a, c)
    by = np.lexsort((first, second))
    return Pairs(first[by], second[by], iou[by])


def _sweep(b: Boxes, index: Ints, least: float) -> Iterator[tuple[Ints, Ints, Floats]]:
    """The pairs among the boxes at `index`, and their IoU: each with its next neighbour by centre, the one after, and so on."""
    image, x, slack = b.image[index], b.x[index], (1 - least) / least
    by = np.argsort(image * (float(x.max() - x.min()) + 1) + x, kind="stable")  # by picture, as they are, and by centre
    order, x = index[by], x[by]
    reach = b.w[order] * slack + 1e-9
    alive, step = np.flatnonzero((x[1:] - x[:-1] <= reach[:-1]) & (image[1:] == image[:-1])), 1
    while len(alive := alive[alive + step < len(order)]):
        other = alive + step
        near = (image[other] == image[alive]) & (x[other] - x[alive] <= reach[alive])
        alive, other = alive[near], other[near]
        i, j = order[alive], order[other]
        close = np.abs(b.y[j] - b.y[i]) <= b.h[i] * slack + 1e-9
        i, j = i[close], j[close]
        iou = _iou(b.x[i], b.y[i], b.w[i], b.h[i], b.x[j], b.y[j], b.w[j], b.h[j])
        kept = iou >= least
        yield i[kept], j[kept], iou[kept]
        step += 1


def _iou(x: Floats, y: Floats, w: Floats, h: Floats, x2: Floats, y2: Floats, w2: Floats, h2: Floats) -> Floats:
    """Intersection over union of boxes given by centre and size."""
    across = np.minimum(x + w / 2, x2 + w2 / 2) - np.maximum(x - w / 2, x2 - w2 / 2)
    down = np.minimum(y + h / 2, y2 + h2 / 2) - np.maximum(y - h / 2, y2 - h2 / 2)
    both = np.maximum(across, 0) * np.maximum(down, 0)
    return np.asarray(both / (w * h + w2 * h2 - both))


def first_twin(pairs: Pairs, chosen: np.ndarray) -> dict[int, int]:
    """For each second box of the pairs that `chosen` marks, its first twin."""
    twins: dict[int, int] = {}
    for i, j in zip(pairs.second[chosen].tolist(), pairs.first[chosen].tolist(), strict=True):
        twins.setdefault(i, j)
    return twins


def is_identical(dataset: Dataset, pairs: Pairs) -> np.ndarray:
    """Pairs whose four numbers are written the same."""
    b = dataset.boxes
    same = [c[pairs.first] == c[pairs.second] for c in (b.x, b.y, b.w, b.h)]
    return np.asarray(same[0] & same[1] & same[2] & same[3])


def is_shape(dataset: Dataset) -> np.ndarray:
    """Boxes that stand for a polygon, a rotated box or keypoints: their enclosing boxes may well coincide."""
    rows, b = dataset.rows, dataset.boxes
    shapes = np.zeros(len(b), dtype=bool)
    if len(rows) and np.isin(rows.kind.astype(str), ("polygon", "obb", "pose")).any():
        known = {
            (p, n)
            for p, n, k in zip(rows.label_path, rows.line.tolist(), rows.kind, strict=True)
            if k in ("polygon", "obb", "pose")
        }
        shapes[:] = [row in known for row in zip(b.label_path, b.line.tolist(), strict=True)]
    return shapes
