"""How well boxes follow the edges in their pictures, against the same boxes mirrored: boxes that belong to a picture do."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SMALLEST = 6
"""Pixels that a box must have on each side."""


def edge_scores(picture: Floats, boxes: Floats) -> tuple[float, float, float] | None:
    """The strength of edges along the borders of boxes (corners in pixels, [n, 4]) over that of the whole picture [colours, H, W]:
    as given, mirrored left to right, and upside down. None where no box is large enough or the picture is blank.

    The edge at a pixel is that of the colour in which it is strongest: a red object on blue may have none in grey."""
    height, width = picture.shape[1:]
    across, along = np.zeros((2, height, width))
    across[:, 1:-1] = np.abs(picture[:, :, 2:] - picture[:, :, :-2]).max(axis=0)
    along[1:-1] = np.abs(picture[:, 2:] - picture[:, :-2]).max(axis=0)
    level = float(across.mean() + along.mean()) / 2
    sides = boxes[:, 2:] - boxes[:, :2]
    boxes = boxes[np.isfinite(boxes).all(axis=1) & (sides >= SMALLEST).all(axis=1)]
    if not len(boxes) or not level > 0:
        return None
    mirrored, turned = boxes.copy(), boxes.copy()
    mirrored[:, [0, 2]] = width - boxes[:, [2, 0]]
    turned[:, [1, 3]] = height - boxes[:, [3, 1]]
    found = [_mean([_strength(across, along, box) for box in each]) for each in (boxes, mirrored, turned)]
    return None if None in found else (found[0] / level, found[1] / level, found[2] / level)  # type: ignore[operator]


ONE_WAY = 0.7
"""Share of the pictures with misplaced boxes that one mirror image fits best, from which that one explains them (a guess)."""


def standing(scores: Floats, clear: float) -> tuple[float, float, bool]:
    """Of pictures [n, 3]: how many have boxes that win over both mirror images by the factor `clear`, how many lose to one by it,
    and whether it is nearly always the same one, as where pictures were flipped and their boxes were not."""
    other = scores[:, 1:].max(axis=1)
    lost = other > clear * scores[:, 0]
    first = float((scores[lost, 1] >= scores[lost, 2]).mean()) if lost.any() else 0.5
    return float((scores[:, 0] > clear * other).mean()), float(lost.mean()), max(first, 1 - first) >= ONE_WAY


def _strength(across: Floats, along: Floats, box: Floats) -> float | None:
    """Mean edge along the middle parts of a box's four sides, those at the picture's own border left out."""
    left, upper, right, lower = box
    x, y = 0.2 * (right - left), 0.2 * (lower - upper)
    sides = [_side(across, at, upper + y, lower - y) for at in (left, right)]
    sides += [_side(along.T, at, left + x, right - x) for at in (upper, lower)]
    return _mean(sides)


def _side(edges: Floats, at: float, start: float, end: float) -> float | None:
    """The strongest edge within a pixel of column `at`, averaged from row `start` to `end`."""
    column = round(at)
    if not 2 <= column < edges.shape[1] - 2:
        return None
    part = edges[max(int(start), 0) : max(int(end), 0) + 1, column - 1 : column + 2]
    return float(part.max(axis=1).mean()) if len(part) else None


def _mean(values: list[float | None]) -> float | None:
    known = [v for v in values if v is not None]
    return sum(known) / len(known) if known else None
