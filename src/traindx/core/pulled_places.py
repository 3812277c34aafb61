"""Where a loss pulls at the maps that a network puts out, over a run: what `core.pulled_rows` made of each step, put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from traindx.core.pulled_rows import FEATURES, LAYOUTS, ORDERED
from traindx.core.recording import Recording

Floats = NDArray[np.float64]

OFTEN = 0.5
"""Share of the pictures in which a reading of the boxes must be possible, of those of the one that most often is (a guess)."""
TOLD = 10
"""Pictures from which a mean counts."""


@dataclass(frozen=True)
class Pulled:
    """One map of the outputs over a run: `said` [pictures, features, 2, layouts], nan where no box is told apart; `shown`
    [pictures, features of pictures, layouts]; how many places lie off all boxes, and in one, each with how many had a
    gradient."""

    name: str
    grid: tuple[int, int]
    said: Floats
    shown: Floats
    outside: tuple[int, int]
    inside: tuple[int, int]
    steps: tuple[int, ...]
    channels: int
    taught: Mapping[float, tuple[int, int, float]]
    """For each class id the boxes of the batches, those of them with a gradient in any level of the output, and their mean side."""

    @property
    def pictures(self) -> int:
        """How many were looked at."""
        return len(self.said)

    @property
    def ordered(self) -> bool:
        """Whether its places have several outputs each, which may be in another order."""
        return bool(np.isfinite(self.said[:, :, 0, ORDERED]).any())

    def certainty(self, layout: int, *, given: bool = False) -> float:
        """Standard errors by which the gradient lies at the boxes in a layout, or at the same boxes as given, of the feature that
        says most."""
        return _certainty(self.said[:, :, int(given), layout])

    def share(self, layout: int, *, given: bool = False) -> float:
        """By how many of all places, as a share, these boxes lie above those of another picture."""
        values = self.said[:, :, int(given), layout]
        known = np.isfinite(values).all(axis=1)
        return float(np.abs(values[known].mean(axis=0)).max()) if known.sum() >= TOLD else 0.0

    def seen(self, layout: int) -> float:
        """Standard errors by which the pictures themselves agree with their boxes in a layout."""
        return _certainty(self.shown[:, :, layout]) if layout != ORDERED else 0.0


def _certainty(values: Floats) -> float:
    known = values[np.isfinite(values).all(axis=1)]
    if len(known) < TOLD:
        return 0.0
    spread = known.std(axis=0, ddof=1) / len(known) ** 0.5
    return float(np.abs(known.mean(axis=0) / np.maximum(spread, 0.01)).max())


def pulled_places_of(recording: Recording, fewest: int) -> list[list[Pulled]]:
    """The maps of a recording of which so many pictures were seen, for each way in which its boxes can be read."""
    grouped: dict[tuple[str, str, tuple[int, int]], list[tuple[int, Mapping[str, Any]]]] = {}
    for step, detail in sorted(recording.details.items()):
        for entry in detail.get("pulled_places") or ():
            key = (str(entry["reading"]), str(entry["map"]), (int(entry["grid"][0]), int(entry["grid"][1])))
            grouped.setdefault(key, []).append((step, entry))
    ways: dict[str, list[Pulled]] = {}
    for (reading, name, grid), found in grouped.items():
        if sum(len(entry["rows"]) for _, entry in found) >= fewest:
            ways.setdefault(reading, []).append(_pulled(name, grid, found))
    most = max((m.pictures for maps in ways.values() for m in maps), default=0)
    return [maps for maps in ways.values() if max(m.pictures for m in maps) >= OFTEN * most]


def elsewhere(
    ways: Sequence[Sequence[Pulled]], layouts: Sequence[int], *, certain: float, share: float, less: float
) -> tuple[Pulled, int] | None:
    """The map and the layout in which the loss pulls at the objects, where it does so in no map as given: in every reading of the
    boxes."""
    found = []
    for maps in ways:
        at, layout = max(((m, n) for m in maps for n in layouts), key=lambda one: one[0].certainty(one[1]))
        there, by = at.certainty(layout), at.share(layout)
        given = max(m.certainty(layout, given=True) for m in maps)
        if there < certain or by < share or given >= less * there or at.share(layout, given=True) >= less * by:
            return None
        found.append((there, at, layout))
    return max(found, key=lambda one: one[0])[1:] if found else None


def _pulled(name: str, grid: tuple[int, int], found: Sequence[tuple[int, Mapping[str, Any]]]) -> Pulled:
    rows = [row for _, entry in found for row in entry["rows"]]
    shown = [row for _, entry in found for row in entry["shown"]]
    counts = np.array([[entry[key][i] for key in ("outside", "inside") for i in (0, 1)] for _, entry in found])
    summed = [int(v) for v in counts.sum(axis=0)]
    return Pulled(
        name,
        grid,
        np.array(rows, dtype=np.float64).reshape(-1, FEATURES, 2, len(LAYOUTS)),
        np.array(shown, dtype=np.float64).reshape(len(shown), -1, len(LAYOUTS) - 1),
        (summed[0], summed[1]),
        (summed[2], summed[3]),
        tuple(step for step, _ in found),
        max(int(entry["channels"]) for _, entry in found),
        _taught([entry.get("taught") or {} for _, entry in found]),
    )


def _taught(found: Sequence[Mapping[str, Sequence[float]]]) -> dict[float, tuple[int, int, float]]:
    ids = sorted({float(number) for one in found for number in one})
    summed = {n: np.array([one[f"{n:g}"] for one in found if f"{n:g}" in one]).sum(axis=0) for n in ids}
    return {n: (int(counts[0]), int(counts[1]), float(counts[2] / counts[0])) for n, counts in summed.items()}
