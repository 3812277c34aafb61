"""Where a loss pulls at the maps that a network puts out, held against the boxes of the batch: the gradient by place.

It needs no name of a loss, no form of a target: whatever a training does to the cell of an object, it does there. A row of
`pulled_places` is of one picture and one map: for each feature of the gradient (up, down, either), for each layout of the boxes
(as given, mirrored, scaled ...), by how much larger the share of the map's places is that have less gradient than those of the
picture's own boxes, than it is for another picture's; then the same for these boxes as given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from traindx.core.own_boxes import FORMATS, boxes_at, fit
from traindx.core.target_boxes import SHARE_AT_MOST, corners

Floats = NDArray[np.float64]

GIVEN, MIRRORED, TURNED, EXCHANGED, HALF, DOUBLE, QUARTER, FOURFOLD, ORDERED = range(9)
LAYOUTS = (
    "as given",
    "mirrored left to right",
    "upside down",
    "with rows and columns exchanged",
    "at half their coordinates",
    "at twice their coordinates",
    "at a quarter of their coordinates",
    "at four times their coordinates",
    "with the outputs in the order of another reshape",
)
FEATURES = 3
"""Of a gradient: its opposite, itself, and its size, the largest over a place's channels."""
SMOOTHED = 12
"""Shortest side of a map whose places are taken together with their neighbours."""
_MOVES: Mapping[int, Callable[[Floats], Floats]] = {
    GIVEN: lambda p: p,
    MIRRORED: lambda p: np.column_stack([1 - p[:, 0], p[:, 1]]),
    TURNED: lambda p: np.column_stack([p[:, 0], 1 - p[:, 1]]),
    EXCHANGED: lambda p: p[:, ::-1],
    HALF: lambda p: p / 2,
    DOUBLE: lambda p: p * 2,
    QUARTER: lambda p: p / 4,
    FOURFOLD: lambda p: p * 4,
}


def moved(boxes: Floats, layout: int) -> Floats:
    """Corners [n, 4], as shares of the picture, in a layout."""
    both = np.stack([_MOVES[layout](boxes[:, :2]), _MOVES[layout](boxes[:, 2:])])
    return np.concatenate([both.min(axis=0), both.max(axis=0)], axis=1)


def cells(boxes: Floats, shape: tuple[int, int]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The cells [n, 2] of the centres of boxes, row before column, and which of these lie on the map."""
    centres = (boxes[:, 1::-1] + boxes[:, :1:-1]) / 2
    at = np.floor(centres * np.array(shape)).astype(np.int64)
    return at, ((at >= 0) & (at < np.array(shape))).all(axis=1)


def apart(boxes: Floats, others: Floats, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Which boxes have their centre outside of the others, and the reverse, by a cell of the map."""
    centres, halves = (
        [(b[:, :2] + b[:, 2:]) / 2 for b in (boxes, others)],
        [(b[:, 2:] - b[:, :2]) / 2 for b in (boxes, others)],
    )
    reach = np.maximum(*halves) + 1 / np.array(shape[::-1])
    return np.asarray((np.abs(centres[0] - centres[1]) > reach).any(axis=1))


def ranks(values: Floats) -> Floats:
    """For each place of a map [h, w] the share of places that have less, those with as much counted half."""
    if min(values.shape) >= SMOOTHED:
        padded = np.pad(values, 1, constant_values=-np.inf)
        h, w = values.shape
        values = np.max([padded[y : y + h, x : x + w] for y in range(3) for x in range(3)], axis=0)
    ordered = np.sort(values, axis=None)
    low, high = (np.searchsorted(ordered, values.reshape(-1), side=side) for side in ("left", "right"))
    return np.asarray(((low + high) / 2 / values.size).reshape(values.shape))


def row_of(features: Floats, other: Floats | None, own: Floats, another: Floats) -> list[float | None]:
    """The numbers of one picture: `features` [F, h, w], those in the other order of the outputs, if there is one, boxes [n, 4] of
    the picture and of another. For each feature first those of the boxes in each layout, then those of the same boxes as given; of
    boxes that lie elsewhere in the layout than as given."""
    found: list[float | None] = []
    for f in range(len(features)):
        given, turned = ranks(features[f]), None if other is None else ranks(other[f])
        there = [_said(given, given, layout, own, another) for layout in _MOVES]
        there.append((None, None) if turned is None else _said(turned, given, GIVEN, own, another))
        found += [pair[0] for pair in there] + [pair[1] for pair in there]
    return found


def _said(
    there: Floats, given: Floats, layout: int, own: Floats, another: Floats
) -> tuple[float, float] | tuple[None, None]:
    """By how much a map holds more at a picture's boxes than at another's: in a layout, and as given."""
    shape = (given.shape[0], given.shape[1])
    means = []
    for boxes in (own, another):
        placed = moved(boxes, layout)
        (at, inside), (origin, whole) = cells(placed, shape), cells(boxes, shape)
        inside &= whole
        beside = inside & apart(boxes, placed, shape) if layout != GIVEN and there is given else inside
        kept = beside if beside.any() or boxes is own else inside
        if not kept.any():
            return None, None
        means.append([float(m[c[kept, 0], c[kept, 1]].mean()) for m, c in ((there, at), (given, origin))])
    return round(means[0][0] - means[1][0], 3), round(means[0][1] - means[1][1], 3)


def painted(boxes: Floats, layout: int, shape: tuple[int, int]) -> Floats:
    """Boxes (corners as shares) as a map [h, w] of ones and zeros, in a layout."""
    found = np.zeros(shape)
    sides = np.tile(shape[::-1], 2)
    for x0, y0, x1, y1 in moved(boxes, layout) * sides:
        found[max(int(y0), 0) : max(int(np.ceil(y1)), 0), max(int(x0), 0) : max(int(np.ceil(x1)), 0)] = 1
    return found


def shown_of(picture: Floats, own: Floats, other: Floats) -> list[float]:
    """For each feature of a picture [F, h, w] and each layout: by how much it agrees better with its boxes than with another's."""
    values = _standard(picture.reshape(len(picture), -1))
    found = []
    for layout in _MOVES:
        maps = np.stack([painted(boxes, layout, picture.shape[1:]).reshape(-1) for boxes in (own, other)])
        agreed = values @ _standard(maps).T / values.shape[1]
        found.append(agreed[:, 0] - agreed[:, 1])
    return [float(f"{v:.3g}") for v in np.stack(found, axis=1).reshape(-1)]


def _standard(rows: Floats) -> Floats:
    rows = rows - rows.mean(axis=1, keepdims=True)
    spread = rows.std(axis=1, keepdims=True)
    return np.asarray(np.where(spread > 1e-6, rows / np.maximum(spread, 1e-6), 0.0))


def entries_of(
    name: str,
    channels: int,
    features: Floats,
    other: Floats | None,
    pictures: Floats,
    boxes: Sequence[Floats],
    size: tuple[int, int],
) -> list[dict[str, Any]]:
    """What is written of one map of a step: for each reading of the boxes a dict of `reading`, `map`, `channels`, `grid`, `rows`,
    `shown`, `outside` and `inside`.

    `features` [n, F, h, w] of the gradient, and in the `other` order of the outputs; features of the `pictures` [n, F, h, w];
    `boxes` as the batch holds them.
    """
    found = []
    for reading, corners_of in readings(boxes, size):
        full = [i for i, own in enumerate(corners_of) if len(own)]
        entry: dict[str, Any] = {"reading": reading, "map": name, "channels": channels}
        entry |= {"grid": list(features.shape[2:]), "rows": [], "shown": [], "outside": [0, 0], "inside": [0, 0]}
        for at, i in enumerate(full if len(full) > 1 else []):
            own, another = corners_of[i], corners_of[full[(at + 1) % len(full)]]
            entry["rows"].append(row_of(features[i], None if other is None else other[i], own, another))
            entry["shown"].append(shown_of(pictures[i], own, another))
            pulled, covered = features[i][-1] > 0, painted(own, GIVEN, features.shape[2:]) > 0
            for key, places in (("outside", ~_widened(covered)), ("inside", covered)):
                entry[key][0] += int(places.sum())
                entry[key][1] += int((places & pulled).sum())
        if entry["rows"]:
            found.append(entry)
    return found


def with_taught(
    entries: Sequence[dict[str, Any]],
    levels: Sequence[Floats],
    boxes: Sequence[Floats],
    ids: Sequence[Floats],
    size: tuple[int, int],
) -> list[dict[str, Any]]:
    """Entries of an output with `taught`: for each class id how many boxes there are, in how many of them a place of one of its
    `levels` [n, h, w] has a gradient, and the sum of their sides, as shares of the picture."""
    read = dict(readings(boxes, size))
    for entry in entries:
        taught: dict[str, list[Any]] = {}
        for i, own in enumerate(read[entry["reading"]]):
            for box, number in zip(own, ids[i], strict=False) if len(own) == len(ids[i]) else ():
                reached = any((painted(box[None], GIVEN, level.shape[1:]) * level[i]).any() for level in levels)
                counts = taught.setdefault(f"{number:g}", [0, 0, 0.0])
                counts[0] += 1
                counts[1] += int(reached)
                counts[2] = round(counts[2] + float(np.sqrt(np.prod(box[2:] - box[:2]))), 4)
        entry["taught"] = taught
    return list(entries)


def readings(boxes: Sequence[Floats], size: tuple[int, int]) -> list[tuple[str, list[Floats]]]:
    """The ways in which rows of the pictures [n, 2 to 6] can be boxes (or points) of them, as corners in shares of the picture: at
    most two."""
    width = max((b.shape[1] for b in boxes if b.ndim == 2 and len(b)), default=0)
    found = []
    for start in range(width - 3) if width > 2 else [0]:
        kept = [
            boxes_at(b, start, min(width, 4)) if b.ndim == 2 and b.shape[1] == width else np.zeros((0, 4))
            for b in boxes
        ]
        if not sum(map(len, kept)):
            continue
        largest = max(float(b.max()) for b in kept if len(b))
        unit = np.ones(2) if largest <= SHARE_AT_MOST else np.array(size[::-1], dtype=np.float64)
        for form in FORMATS if width > 2 else ("points",):
            read = [_corners(b, form) / np.tile(unit, 2) if len(b) else np.zeros((0, 4)) for b in kept]
            if fit(np.concatenate(read), 1.0, 1.0):
                found.append((f"{start} {form}", read))
    return found[:2]


def _corners(rows: Floats, form: str) -> Floats:
    if form == "points":
        reach = 0.05 * rows.max()
        return np.concatenate([np.maximum(rows - reach, 0), rows + reach], axis=1)
    return corners(rows, form)


def _widened(covered: NDArray[np.bool_]) -> NDArray[np.bool_]:
    padded = np.pad(covered, 1)
    h, w = covered.shape
    return np.asarray(np.any([padded[y : y + h, x : x + w] for y in range(3) for x in range(3)], axis=0))
