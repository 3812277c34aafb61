"""Finds the part of a set whose boxes are corners, or start at a corner, and are read as centre and size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from traindx.core.box_readings import Mask, corner_reading_fits, overhang, plain_boxes
from traindx.core.dataset import Dataset, Floats, Ints
from traindx.core.picture_groups import groupings
from traindx.core.pixel_grid import starts_whole

Reading = Literal["corners", "upper-left"]
CORNERS: Reading = "corners"
UPPER_LEFT: Reading = "upper-left"

BEYOND = 0.01
"""By how much of the side a box leaves its picture."""


@dataclass(frozen=True)
class Misread:
    """The boxes at `index`, of the part of the set that `where` names, were meant by another reading.

    `outside` marks those that leave the picture as centre and size, `fits` those that do not under `reading`.
    """

    reading: Reading
    where: str
    index: Ints
    outside: Mask
    fits: Mask


@dataclass(frozen=True)
class Readings:
    """How many of the boxes whose position means something fit as corners and leave the picture, and the misread parts."""

    boxes: int
    corners: int
    outside: int
    parts: tuple[Misread, ...]


@dataclass(frozen=True)
class _Marks:
    """Per box: which tests it passes. `tail` leaves the picture at right or bottom, as centre or as upper left corner;
    `odd` and `starts` count sides (see `starts_whole`)."""

    known: Mask
    corners: Mask
    outside: Mask
    head: Mask
    tail: Mask
    odd: Ints
    starts: Ints


def misread_boxes(dataset: Dataset, least: int = 10) -> Readings:
    """The parts of the set that are misread: the whole set, else groups of one parting, else single files."""
    fits = corner_reading_fits(dataset)
    known = plain_boxes(dataset) | fits
    head, tail = ((over > BEYOND) & known for over in overhang(dataset))
    if not head.any() and not tail.any():
        return Readings(int(known.sum()), int((fits & known).sum()), 0, ())
    marks = _marks(dataset, fits, known, head, tail)
    image = dataset.boxes.image
    counts = _counts(marks, image, len(dataset.images))
    parts: list[Misread] = []
    whole = ([""], np.zeros(len(dataset.images), dtype=np.int64))
    for names, group in (whole, *groupings(dataset)):
        parts = _misread(marks, counts, image, group, names, least)
        if parts:
            break
    parts = parts or _misread_files(marks, counts, image)
    return Readings(int(marks.known.sum()), int(marks.corners.sum()), int(marks.outside.sum()), tuple(parts))


def _marks(dataset: Dataset, fits: Mask, known: Mask, head: Mask, tail: Mask) -> _Marks:
    b = dataset.boxes
    beyond = (b.x + b.w > 1 + BEYOND) | (b.y + b.h > 1 + BEYOND)
    odd, starts = starts_whole(dataset) if head.any() else (np.zeros(len(b), np.int64),) * 2
    inside = known & ~beyond
    return _Marks(known, fits & known, head | tail, head, tail | (beyond & known), odd * inside, starts * inside)


def _counts(marks: _Marks, image: Ints, images: int) -> list[Floats]:
    """Of each mark, how many each picture has."""
    columns = (marks.known, marks.corners, marks.outside, marks.head, marks.tail, marks.odd, marks.starts)
    return [_count(c, image, images) if c.any() else np.zeros(images) for c in columns]


def _misread(
    marks: _Marks, counts: list[Floats], image: Ints, group: Ints, names: list[str], least: int
) -> list[Misread]:
    """The groups of a parting, each picture's given, whose boxes are misread."""
    n, corners, outside, head, tail, odd, starts = (_count(c, group, len(names)) for c in counts)
    two = (n >= least) & (corners >= 0.99 * n) & (outside >= 0.2 * n)
    few_tails = tail <= 0.002 * n
    begins = (odd >= least) & (starts >= 0.98 * odd) & (head >= 2) & (tail <= 0.01 * n)
    corner = ~two & (((n >= 2 * least) & (head >= np.maximum(least, 0.05 * n)) & few_tails) | begins)
    return [
        _part(marks, (group == g)[image], CORNERS if two[g] else UPPER_LEFT, f" of {names[g]}" if names[g] else "")
        for g in np.flatnonzero(two | corner).tolist()
    ]


def _misread_files(marks: _Marks, counts: list[Floats], image: Ints) -> list[Misread]:
    """Files of three boxes or more that all fit as corners, or of five as upper left corner, half of which leave the picture.

    In a set whose boxes of odd size have their centres on half pixels, four odd sides of a file that begin on whole pixels
    are enough, if one of its boxes leaves the picture.
    """
    n, corners, outside, head, tail, odd, starts = counts
    two = (n >= 3) & (corners == n) & (outside >= n / 2)
    drawn = marks.odd.sum() >= 20 and marks.starts.sum() <= 0.5 * marks.odd.sum()
    corner = ~two & (tail == 0) & (((n >= 5) & (head >= n / 2)) | (drawn & (odd >= 4) & (starts == odd) & (head >= 1)))
    return [
        _part(marks, image == g, CORNERS if two[g] else UPPER_LEFT, " of this file")
        for g in np.flatnonzero(two | corner).tolist()
    ]


def _part(marks: _Marks, inside: Mask, reading: Reading, where: str) -> Misread:
    index = np.flatnonzero(inside & marks.known)
    fits = marks.corners[index] if reading == CORNERS else ~marks.tail[index]
    return Misread(reading, where, index, marks.outside[index], fits)


def _count(mask: Mask | Ints | Floats, group: Ints, groups: int) -> Floats:
    return np.bincount(group, weights=mask, minlength=groups).astype(np.float64)
