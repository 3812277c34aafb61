"""Targets that lie on a map (the cells of a grid, a heat map), held against what the pictures show at these places.

A row of `target_places` is of one picture: for each feature (colours and edges), for each layout of its map (as given, mirrored
left to right, upside down, rows and columns exchanged where it is square), the correlation of the feature over the places of the
picture with its own map, and with the map of another picture. What both have in common is where objects usually lie; the
difference is what this picture says.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from traindx.core.recording import Recording

Floats = NDArray[np.float64]

GIVEN, MIRRORED, TURNED, EXCHANGED = range(4)
LITTLE, EMPTY = 0.05, 0.25
"""Share of a map's largest number under which a place is empty, and share of places that are: a second view of the picture, as
contrastive trainings have it, flipped by itself, is no map of targets (guesses)."""

LAYOUTS = ("as given", "mirrored left to right", "upside down", "with rows and columns exchanged")


@dataclass(frozen=True)
class TargetPlaces:
    """`said` is [pictures, features, layouts]: by how much a picture agrees better with its own map than with another's."""

    said: Floats

    def certainty(self, values: Floats) -> Floats:
        """Means over pictures in standard errors."""
        spread = values.std(axis=0, ddof=1) / len(values) ** 0.5
        return np.asarray(values.mean(axis=0) / np.maximum(spread, 1e-6))


def layouts_of(places: Floats) -> list[Floats]:
    """A map [h, w] in each layout."""
    found = [places, places[:, ::-1], places[::-1]]
    return [*found, places.T] if places.shape[0] == places.shape[1] else found


def row_of(features: Floats, own: Floats, other: Floats) -> list[float] | None:
    """The numbers of one picture, flattened; None where a map is the same everywhere, or empty nearly nowhere as a picture is.

    `features` is [F, h, w], the maps [h, w]."""
    if (own < LITTLE * own.max()).mean() < EMPTY:
        return None
    shown = _standard(features.reshape(len(features), -1))
    found = []
    for pair in zip(layouts_of(own), layouts_of(other), strict=True):
        maps = _standard(np.stack([m.reshape(-1) for m in pair]))
        if not maps.any(axis=1).all():
            return None
        found.append(shown @ maps.T / shown.shape[1])
    return [float(f"{v:.3g}") for v in np.stack(found, axis=1).reshape(-1)]


def target_places_of(recording: Recording, features: int = 4) -> TargetPlaces | None:
    """All pictures of a recording; None where no map was seen."""
    rows = [row for d in recording.details.values() for row in d.get("target_places") or ()]
    width = max(map(len, rows), default=0)
    if not width:
        return None
    numbers = np.array([row for row in rows if len(row) == width]).reshape(-1, features, width // features // 2, 2)
    return TargetPlaces(numbers[..., 0] - numbers[..., 1])


def first_step(recording: Recording) -> int:
    """The first step whose targets were held against their pictures."""
    return min(s for s, d in recording.details.items() if d.get("target_places") or d.get("own_box_edges"))


def _standard(rows: Floats) -> Floats:
    """Rows with mean 0 and deviation 1; zeros where a row is the same everywhere."""
    rows = rows - rows.mean(axis=1, keepdims=True)
    spread = rows.std(axis=1, keepdims=True)
    return np.asarray(np.where(spread > 1e-6, rows / np.maximum(spread, 1e-6), 0.0))


@dataclass(frozen=True)
class Elsewhere:
    """A layout in which targets agree with their pictures: always (`whole`), or in a part of the pictures (`some`).

    Numbers are standard errors: of the agreement as given, in the layout, and of the difference of both.
    """

    layout: int
    given: float
    there: float
    difference: float
    whole: bool
    some: bool


def elsewhere(places: TargetPlaces, *, certain: float = 6.0, partly: float = 4.0) -> list[Elsewhere]:
    """How the other layouts stand against the one as given, each by the feature that says most about it.

    `whole`: by `certain` standard errors in the layout, and less than 0.4 of that as given. `some`, of the two mirror images: both
    agree, the layout by `partly` standard errors, and over the pictures as given wins no more than the layout does, while most
    pictures clearly favour one of them.
    """
    certainty = places.certainty(places.said)
    given, found = certainty[:, GIVEN], []
    for layout in range(1, places.said.shape[2]):
        there = certainty[:, layout]
        feature = int(np.abs(there).argmax())
        whole = abs(there[feature]) >= certain and np.abs(given).max() < 0.4 * abs(there[feature])
        both = places.said[:, :, GIVEN] + places.said[:, :, layout]
        summed = places.certainty(both)
        told = int(np.abs(summed).argmax())
        sign = np.sign(summed[told])
        apart = sign * (places.said[:, told, GIVEN] - places.said[:, told, layout])
        difference = float(places.certainty(apart))
        bent = np.abs(apart).mean() > 0.6 * sign * both[:, told].mean()
        some = layout in (MIRRORED, TURNED) and bool(
            abs(summed[told]) >= certain and sign * there[told] >= partly and difference < 2 and bent
        )
        shown = told if some else feature
        found.append(Elsewhere(layout, float(given[shown]), float(there[shown]), difference, bool(whole), some))
    return found
