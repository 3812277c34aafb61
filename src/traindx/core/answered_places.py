"""What the network's own answers in validation know of the boxes: their places, and their sides.

A map of `answered_places` is {reading, map, pictures, where, error, boxes, wide, high}: by how much the rank of its places is
higher (or lower) at a picture's boxes than at another's, of the channel that tells most, with its standard error; and the
correlation of the number at the centre of a box that tells most with the logarithm of its width, and of its height.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from traindx.core.pulled_rows import cells, ranks, readings
from traindx.core.recording import Recording

Floats = NDArray[np.float64]

CHANNELS = 24
"""Channels of a map that are looked at, the first ones."""
FEWEST, BOXES = 8, 30
"""Pictures, and boxes, from which numbers are written."""


@dataclass(frozen=True)
class Asked:
    """A map [n, h, w, anchors, channels] of the answers to the pictures of one call, the rows that the batch holds for each
    picture, and height and width of these."""

    name: str
    answers: Floats
    rows: Sequence[Floats]
    size: tuple[int, int]


def known_of(asked: Sequence[Asked]) -> list[dict[str, Any]]:
    """The maps of a validation."""
    found = []
    for name in dict.fromkeys(one.name for one in asked):
        calls = [one for one in asked if one.name == name]
        read = [dict(readings(one.rows, one.size)) for one in calls]
        for reading in dict.fromkeys(r for one in read for r in one):
            both = [(one, boxes[reading]) for one, boxes in zip(calls, read, strict=True) if reading in boxes]
            found += _known(name, reading, both)
    return found


def _known(name: str, reading: str, calls: Sequence[tuple[Asked, list[Floats]]]) -> list[dict[str, Any]]:
    said, numbers, sides = list[Floats](), list[Floats](), list[Floats]()
    for one, boxes in calls:
        best = np.concatenate(
            [one.answers[..., :CHANNELS].max(axis=3), one.answers.max(axis=(3, 4))[..., None]], axis=3
        )
        shape = (best.shape[1], best.shape[2])
        full = [i for i in range(len(boxes)) if len(boxes[i])]
        for at, i in enumerate(full if len(full) > 1 else []):
            ranked = np.stack([ranks(best[i, :, :, c]) for c in range(best.shape[3])], axis=2)
            means = []
            for held in (boxes[i], boxes[full[(at + 1) % len(full)]]):
                cell, inside = cells(held, shape)
                means.append(ranked[cell[inside, 0], cell[inside, 1]].mean(axis=0) if inside.any() else None)
            if means[0] is not None and means[1] is not None:
                said.append(means[0] - means[1])
            cell, inside = cells(boxes[i], shape)
            numbers.append(
                one.answers[i, cell[inside, 0], cell[inside, 1]][..., :CHANNELS].reshape(int(inside.sum()), -1)
            )
            sides.append((boxes[i][:, 2:] - boxes[i][:, :2])[inside])
    rows, spans = np.concatenate(numbers) if numbers else np.zeros((0, 1)), np.concatenate(sides or [np.zeros((0, 2))])
    if len(said) < FEWEST or len(rows) < BOXES:
        return []
    means, errors = np.mean(said, axis=0), np.std(said, axis=0, ddof=1) / len(said) ** 0.5
    told = int(np.abs(means / np.maximum(errors, 0.01)).argmax())
    entry = {"reading": reading, "map": name, "pictures": len(said), "where": round(float(means[told]), 3)}
    entry |= {"error": round(float(errors[told]), 4), "boxes": len(rows)}
    logs = np.log(np.maximum(spans, 1e-6))
    return [entry | {side: _correlation(rows, logs[:, n]) for n, side in enumerate(("wide", "high"))}]


def _correlation(rows: Floats, values: Floats) -> float:
    """The largest correlation, without its sign, of a column of rows with values."""
    rows, values = rows - rows.mean(axis=0), values - values.mean()
    spread = np.sqrt((rows**2).sum(axis=0) * (values**2).sum())
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.abs(rows.T @ values) / spread
    return round(float(np.nan_to_num(found).max(initial=0.0)), 3)


@dataclass(frozen=True)
class Known:
    """What the answers of a validation know of the boxes, of the maps that tell most: standard errors, share of the places, and
    correlations with width and height."""

    step: int
    certainty: float
    where: float
    wide: float
    high: float
    pictures: int


def answered_places_of(recording: Recording) -> list[Known]:
    """What the answers of each validation know, in the reading of its boxes in which they know most."""
    found = []
    for line in recording.lines.get("answered_places", ()):
        of_readings: dict[str, list[Any]] = {}
        for entry in line.get("maps") or ():
            of_readings.setdefault(entry["reading"], []).append(entry)
        known = [_best(int(line["step"]), maps) for maps in of_readings.values()]
        if known:
            found.append(max(known, key=lambda k: min(k.wide, k.high)))
    return found


def _best(step: int, maps: Sequence[Any]) -> Known:
    told = max(maps, key=lambda m: abs(m["where"]) / max(m["error"], 0.01))
    certainty = abs(told["where"]) / max(told["error"], 0.01)
    wide, high = (max(m[side] for m in maps) for side in ("wide", "high"))
    return Known(step, float(certainty), abs(float(told["where"])), float(wide), float(high), int(told["pictures"]))
