"""Two sets of boxes that an overlap is taken of: how many are no corners, and in which other reading they would meet."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from traindx.core.box_shifts import shifts_of
from traindx.core.target_boxes import SHARE_AT_MOST, corners

Floats = NDArray[np.float64]
Reading: TypeAlias = Callable[[Floats], Floats]

READINGS: Mapping[str, Reading] = {
    "centre and size": lambda boxes: corners(boxes, "cxcywh"),
    "corner and size": lambda boxes: corners(boxes, "xywh"),
    "corners with the axes exchanged": lambda boxes: boxes[:, [1, 0, 3, 2]],
    "corners around a point that is taken for their corner": lambda boxes: boxes - np.tile(_sides(boxes) / 2, 2),
    "corners from a point that is taken for their centre": lambda boxes: boxes + np.tile(_sides(boxes) / 2, 2),
    "a width and a height that are exchanged": lambda boxes: _turned(boxes),
}
"""How four numbers that were given as corners may be meant, in words: each gives the corners then."""


KEPT = 3
"""Other readings that are kept: those in which the boxes meet best."""

GIVEN = "as given"
"""What `elsewhere` calls the boxes as they are given."""

POOR = 0.35
"""Mean overlap as given below which moved and scaled boxes are tried, too (a guess)."""

OFTEN = 0.4
"""Share of the pairs whose meetings must have a reading for it to count in all of them (a guess)."""

_AMOUNT = re.compile(r"-?\d[\d.e+-]*")

IN_PICTURE = 0.95
"""Share of the boxes of a reading that must have an area and lie in the picture (a guess)."""


@dataclass(frozen=True)
class Meeting:
    """How two sets of boxes meet, pooled over calls: over `pairs` boxes of the smaller set, the mean of the best overlap with the
    other as given; in other readings of the first or the second that leave the boxes in the picture; and `elsewhere` in
    the same readings with the other set of the next call: what boxes that say nothing of their picture reach."""

    pairs: int
    given: float
    read: Mapping[str, float]
    elsewhere: Mapping[str, float]
    paired: tuple[float, float] | None = None
    """Where both sets are of one length in every call: the mean overlap of each box with the one in its place, and in the next."""

    @property
    def learned(self) -> float | None:
        """By how much boxes overlap those of their own picture better than those of another; None where that cannot be told."""
        seen = [self.given - self.elsewhere[GIVEN]] if GIVEN in self.elsewhere else []
        return max([*seen, *([self.paired[0] - self.paired[1]] if self.paired else [])], default=None)


def inverted(boxes: Floats) -> int:
    """Boxes [n, 4] that are no corners: the second lies left of the first or above it."""
    return int(((boxes[:, 2] < boxes[:, 0]) | (boxes[:, 3] < boxes[:, 1])).sum())


def overlaps(first: Floats, second: Floats) -> Floats:
    """Intersection over union of corners [n, 4] and [m, 4]; of boxes without area 0."""
    lower, upper = (
        np.maximum(first[:, None, :2], second[None, :, :2]),
        np.minimum(first[:, None, 2:], second[None, :, 2:]),
    )
    shared = np.clip(upper - lower, 0, None).prod(axis=2)
    areas = [np.clip(_sides(boxes), 0, None).prod(axis=1) for boxes in (first, second)]
    whole = areas[0][:, None] + areas[1][None] - shared
    return np.where(whole > 0, shared / np.maximum(whole, 1e-12), 0.0)


def best(first: Floats, second: Floats) -> float:
    """Sum, over the boxes of the smaller set, of the best overlap with one of the other."""
    return float(overlaps(first, second).max(axis=1 if len(first) <= len(second) else 0).sum())


def meeting(pairs: Sequence[tuple[Floats, Floats]]) -> Meeting | None:
    """How the sets of several calls meet; None where there is nothing to compare."""
    pairs = [(a, b) for a, b in pairs if len(a) and len(b)]
    if not pairs:
        return None
    given, found = _met(pairs), {}
    ways = _ways()
    if given < POOR:
        ways |= {f"first: {name}": (read, np.asarray) for name, read in shifts_of(pairs, _met).items()}
    for name, (first, second) in ways.items():
        read = [(first(a), second(b)) for a, b in pairs]
        if _in_picture(read):
            found[name] = read
    met = {name: _met(read) for name, read in found.items()}
    names = sorted(met, key=lambda name: -met[name])[:KEPT]
    elsewhere = {name: _elsewhere(read) for name, read in ((n, found[n]) for n in names)} | {GIVEN: _elsewhere(pairs)}
    count = sum(min(len(a), len(b)) for a, b in pairs)
    return Meeting(
        count, given, {name: met[name] for name in names}, elsewhere if len(pairs) > 1 else {}, _paired(pairs)
    )


def _paired(pairs: Sequence[tuple[Floats, Floats]]) -> tuple[float, float] | None:
    if any(len(a) != len(b) or len(a) < 2 for a, b in pairs):
        return None
    each = [overlaps(a, b) for a, b in pairs]
    own, following = ([np.roll(m, -shift, axis=1).diagonal() for m in each] for shift in (0, 1))
    return float(np.concatenate(own).mean()), float(np.concatenate(following).mean())


def _met(pairs: Sequence[tuple[Floats, Floats]]) -> float:
    return sum(best(a, b) for a, b in pairs) / sum(min(len(a), len(b)) for a, b in pairs)


def _ways() -> dict[str, tuple[Reading, Reading]]:
    """The readings of the first set, and of the second. Of both at once they would make larger boxes, which overlap more."""
    found: dict[str, tuple[Reading, Reading]] = {}
    for name, read in READINGS.items():
        found |= {f"first: {name}": (read, np.asarray), f"second: {name}": (np.asarray, read)}
    return found


def _in_picture(read: Sequence[tuple[Floats, Floats]]) -> bool:
    """Whether nearly all boxes of both sets have an area and lie in the picture: as wide as the other set reaches, or 1."""
    first, second = (np.concatenate(sets) for sets in zip(*read, strict=True))
    most = max(first.max(), second.max())
    ends = (1.0, 1.0) if most <= SHARE_AT_MOST else (second.max(), first.max())
    return all(_inside(boxes, end) >= IN_PICTURE for boxes, end in zip((first, second), ends, strict=True))


def _inside(boxes: Floats, end: float) -> float:
    sized = (boxes[:, 2:] > boxes[:, :2]).all(axis=1)
    return float((sized & (boxes > -0.03 * end).all(axis=1) & (boxes < 1.1 * end).all(axis=1)).mean())


def _elsewhere(read: Sequence[tuple[Floats, Floats]]) -> float:
    """The mean of the best overlaps, each first set with the second of the next call."""
    return _met([(a, read[(n + 1) % len(read)][1]) for n, (a, _) in enumerate(read)])


def _sides(boxes: Floats) -> Floats:
    return np.asarray(boxes[:, 2:] - boxes[:, :2])


def _turned(boxes: Floats) -> Floats:
    centre, half = (boxes[:, :2] + boxes[:, 2:]) / 2, _sides(boxes)[:, ::-1] / 2
    return np.concatenate([centre - half, centre + half], axis=1)


def pooled(meetings: Sequence[Meeting]) -> Meeting | None:
    """Several meetings as one; of the readings those that hold for most pairs. How far boxes are moved or scaled differs from one
    meeting to the next: the reading bears the name that it has in the last."""
    pairs = sum(m.pairs for m in meetings)
    if not pairs:
        return None
    found: dict[str, list[tuple[int, float, float]]] = {}
    names: dict[str, str] = {}
    for m in meetings:
        for name in m.read.keys() & m.elsewhere.keys():
            form = _AMOUNT.sub("#", name)
            names[form] = name
            found.setdefault(form, []).append((m.pairs, m.read[name], m.elsewhere[name]))
    often = {names[form]: rows for form, rows in found.items() if sum(n for n, *_ in rows) > OFTEN * pairs}
    read, elsewhere = ({name: _weighed(rows, i) for name, rows in often.items()} for i in (1, 2))
    if all(GIVEN in m.elsewhere for m in meetings):
        elsewhere[GIVEN] = sum(m.pairs * m.elsewhere[GIVEN] for m in meetings) / pairs
    return Meeting(pairs, sum(m.pairs * m.given for m in meetings) / pairs, read, elsewhere)


def _weighed(rows: Sequence[tuple[int, float, float]], i: int) -> float:
    return sum(row[0] * row[i] for row in rows) / sum(row[0] for row in rows)
