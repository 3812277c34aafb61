"""Ways to read the four numbers of a COCO bbox or a VOC bndbox, and which of them fit the pictures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from traindx.core.box_readings import Mask
from traindx.core.dataset import Dataset, Floats, Ints

CORNERS, UPPER_LEFT, CENTRE, EXCHANGED = "two corners", "upper left corner and size", "centre and size", "y before x"
OWN = {"coco": UPPER_LEFT, "voc": CORNERS}
"""How each format writes a box."""

TOLERANCE_SHARE, TOLERANCE_PX = 0.01, 1.0
"""By how much a box may pass the picture's edge."""

BULK = 0.5
"""Share of all boxes that do not fit which single pictures have to hold to be judged alone: where many boxes of other
pictures reach over the edge as well, that is the way of the set. A guess."""

FEW, FAR_OVER, FAR_OVER_ALONE, SAME = 5, 0.05, 0.15, 0.9
"""Single boxes count as corners from `FAR_OVER` of the side beyond the edge; where there are less than `FEW` of them, from
`FAR_OVER_ALONE`; if this share, `SAME`, of all boxes over an edge fit so. Guesses."""

LEAST = 10
"""Boxes of which a part has to have so many. A guess."""

FITS = 0.99
LEAVES = {CORNERS: 0.1, UPPER_LEFT: 0.1, CENTRE: 0.05, EXCHANGED: 0.1}
"""A reading is taken for the one meant where a share of `FITS` of the boxes fits under it, and this share does not fit
under the format's own. Boxes by their centre leave the picture less often. Guesses."""

MANY, ALONG, AROUND_ONE = 30, 0.6, 0.3
"""Boxes from which slopes are looked at, least correlation, and how far a slope may be from one. Guesses."""

Corners = tuple[Floats, Floats, Floats, Floats]


@dataclass(frozen=True)
class Misread:
    """Boxes at `index` that fit under `reading`, and those of them, `leaving`, that do not as the format has it.

    `slopes`: by how much width grows with x and height with y, where that tells, and not the edge of the picture.
    """

    reading: str
    index: Ints
    leaving: Ints
    fitting: int
    slopes: tuple[float, float] | None = None


def as_shares(dataset: Dataset) -> Mask:
    """Boxes whose four numbers are at most 1 pixel, and not 0 in size: shares of the picture where pixels are expected."""
    a, b, c, d = _written(dataset)
    return np.asarray((np.maximum.reduce([a, b, c, d]) <= 1.0) & (np.minimum(c, d) > 0) & (np.minimum(a, b) >= 0))


def misread(dataset: Dataset) -> Mask:
    """Boxes of COCO and VOC that are meant in another way than the format has it; those have no size of their own."""
    found = np.zeros(len(dataset.boxes), dtype=bool)
    if dataset.format in OWN and len(found):
        found |= as_shares(dataset)
        for part in misread_boxes(dataset):
            found[part.leaving] = True
    return found


def misread_boxes(dataset: Dataset, least: int = LEAST) -> list[Misread]:
    """Parts of the set whose boxes fit under another reading than the format's own: the set, its splits, single pictures.

    A part has at least `least` boxes, a picture three, half of which do not fit, and
    not many others do not either. Boxes of pictures of unknown size and
    those that are shares are left out.
    """
    known = np.isfinite(dataset.corners()[0]) & ~as_shares(dataset)
    fits = {reading: _inside(dataset, reading) for reading in LEAVES}
    own = fits.pop(OWN[dataset.format])
    split = dataset.images.split[dataset.boxes.image]
    for part in (known, *(known & (split == s.name) for s in dataset.splits)):
        index = np.flatnonzero(part)
        best = max(fits, key=lambda reading: int(fits[reading][index].sum()))
        leaves = 1 - own[index].mean() if len(index) else 0.0
        if len(index) >= least and fits[best][index].mean() >= FITS and leaves >= LEAVES[best]:
            return [Misread(best, index, index[~own[index]], int(fits[best][index].sum()))]
    single = _single_pictures(dataset, known, own, fits) or _single_boxes(dataset, known, own, fits)
    return single or list(_growing(dataset, known, fits))


def _growing(dataset: Dataset, known: Mask, fits: dict[str, Mask]) -> Iterator[Misread]:
    """All boxes, where they fit as two corners and the second grows with the first by one to one on both axes.

    A width does not know of its x: over 99 % of boxes above it, with a slope of one, it is the x of another corner. Objects
    that fill their pictures have widths above x as well, and these fall as x grows. Compared are shares of the picture's
    sides: in pixels both grow with the picture.
    """
    index = np.flatnonzero(known)
    if CORNERS not in fits or len(index) < MANY or fits[CORNERS][index].mean() < FITS:
        return
    image = dataset.boxes.image[index]
    sides = (dataset.images.width[image], dataset.images.height[image]) * 2
    x, y, w, h = (values[index] / side for values, side in zip(_written(dataset), sides, strict=True))
    slopes = []
    for first, second in ((x, w), (y, h)):
        spread = float(np.std(first) * np.std(second))
        together = float(np.mean((first - first.mean()) * (second - second.mean())))
        if together < ALONG * spread or abs(together / max(float(np.var(first)), 1e-9) - 1) > AROUND_ONE:
            return
        slopes.append(together / float(np.var(first)))
    yield Misread(CORNERS, index, index, len(index), (slopes[0], slopes[1]))


def _single_pictures(dataset: Dataset, known: Mask, own: Mask, fits: dict[str, Mask]) -> list[Misread]:
    image, n = dataset.boxes.image, len(dataset.images)
    boxes = np.bincount(image[known], minlength=n)
    wrong = np.bincount(image[known & ~own], minlength=n)
    found = []
    for reading in (r for r in (CORNERS, UPPER_LEFT) if r in fits):
        right = np.bincount(image[known & fits[reading]], minlength=n)
        for i in np.flatnonzero((boxes >= 3) & (right == boxes) & (2 * wrong >= boxes)).tolist():
            index = np.flatnonzero(known & (image == i))
            found.append(Misread(reading, index, index[~own[index]], len(index)))
    leaving = sum(len(part.leaving) for part in found)
    return found if leaving >= BULK * int(wrong.sum()) else []


def _single_boxes(dataset: Dataset, known: Mask, own: Mask, fits: dict[str, Mask]) -> list[Misread]:
    """Boxes far over the lower or right edge that fit as two corners, where nearly all boxes over the edge do so.

    A box that was drawn over the edge fits so only if it is large, and reaches over the left or upper edge as often.
    """
    if CORNERS not in fits:
        return []
    over = np.flatnonzero(known & ~own)
    x0, y0, x1, y1 = (side[over] for side in dataset.corners())
    image = dataset.boxes.image[over]
    beyond = np.maximum(x1 / dataset.images.width[image], y1 / dataset.images.height[image]) - 1
    sized = (x1 > x0) & (y1 > y0)
    right = fits[CORNERS][over] & sized
    far = beyond > (FAR_OVER if right.sum() >= FEW else FAR_OVER_ALONE)
    if not (right & far).any() or right.sum() < SAME * sized.sum():
        return []
    return [Misread(CORNERS, over[sized], over[right & far], int(right.sum()))]


def _written(dataset: Dataset) -> Corners:
    """The four numbers in pixels as the format has them."""
    x0, y0, x1, y1 = dataset.corners()
    return (x0, y0, x1 - x0, y1 - y0) if dataset.format == "coco" else (x0, y0, x1, y1)


def read_as(dataset: Dataset, reading: str) -> Corners:
    """Corners in pixels of all boxes when their four numbers are read so."""
    a, b, c, d = _written(dataset)
    if reading == EXCHANGED:
        return (b, a, b + d, a + c) if dataset.format == "coco" else (b, a, d, c)
    if reading == CENTRE:
        return a - c / 2, b - d / 2, a + c / 2, b + d / 2
    return (a, b, c, d) if reading == CORNERS else (a, b, a + c, b + d)


def _inside(dataset: Dataset, reading: str) -> Mask:
    x0, y0, x1, y1 = read_as(dataset, reading)
    image = dataset.boxes.image
    width, height = dataset.images.width[image], dataset.images.height[image]
    room = np.maximum(TOLERANCE_SHARE * np.stack([width, height]), TOLERANCE_PX)
    sized = (x1 > x0) & (y1 > y0)
    return np.asarray(sized & (x0 >= -room[0]) & (y0 >= -room[1]) & (x1 <= width + room[0]) & (y1 <= height + room[1]))
