"""Differences between train and each other split, property by property, as findings with their histograms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from traindx.core.dataset import Dataset, Floats
from traindx.core.finding import Bars, Finding, Measured, Place, Table
from traindx.core.picture_properties import properties
from traindx.core.two_sample import Difference, difference, histogram, sample

FEWEST = 20
"""Pictures of a split below which it is not compared: its interval would be as wide as what is sought. A guess."""

MOST = 20_000
"""Pictures of a split that are compared, to bound the time: the interval is then 0.02 to either side where nothing differs."""


@dataclass(frozen=True)
class Shift:
    """One property of `split` held against train: the values of both (n,) and how much larger those of `split` are."""

    split: str
    name: str
    train: Floats
    values: Floats
    difference: Difference

    @property
    def factor(self) -> float:
        """The larger of the two medians over the smaller."""
        low, high = sorted((float(np.nanmedian(self.train)), float(np.nanmedian(self.values))))
        return high / low if low > 0 else np.inf if high > 0 else 1.0

    def finding(self, others: tuple[Shift, ...]) -> Finding:
        """With medians in the message, the histogram and a table of all properties of this split as evidence."""
        here, there = np.nanmedian(self.values), np.nanmedian(self.train)
        text = (
            f"{self.name} of {self.split} is unlike that of train: median {here:.3g} against {there:.3g}, "
            f"Cliff's delta {self.difference.delta:+.2f} (interval {self.difference.low:+.2f} to {self.difference.high:+.2f})"
        )
        rows = tuple((s.name, _median(s.train), _median(s.values), *s.difference_rounded()) for s in others)
        columns = ("property", "median of train", f"median of {self.split}", "Cliff's delta", "from", "to")
        return Finding(
            Place(setting=self.split), text, (self._bars(), Table(f"{self.split} against train", columns, rows))
        )

    def difference_rounded(self) -> tuple[float, float, float]:
        """Delta and its interval to two digits."""
        d = self.difference
        return round(d.delta, 2), round(d.low, 2), round(d.high, 2)

    def _bars(self) -> Bars:
        edges, shares = histogram({"train": self.train, self.split: self.values})
        series = tuple((name, tuple(round(float(v), 4) for v in share)) for name, share in shares.items())
        return Bars(f"{self.name}, share of the pictures", tuple(f"{e:.3g}" for e in edges[:-1]), series, "share")


def _median(values: Floats) -> float:
    return float(f"{np.nanmedian(values):.3g}")


def shifts_of(dataset: Dataset) -> Iterator[tuple[Shift, ...]]:
    """For each split but train, its properties against train's; splits with fewer than `FEWEST` pictures are left out."""
    train = np.flatnonzero(dataset.in_split("train"))
    others = [s.name for s in dataset.splits if s.name != "train"]
    rows = {name: np.flatnonzero(dataset.in_split(name)) for name in others}
    if len(train) < FEWEST or not any(len(own) >= FEWEST for own in rows.values()):
        return
    base, drawn = sample(train, MOST), {name: sample(own, MOST) for name, own in rows.items()}
    every = properties(dataset, np.concatenate([base, *drawn.values()]))
    for split, chosen in drawn.items():
        compared = [(name, values[base], values[chosen]) for name, values in every.items()]
        enough = [c for c in compared if all(np.isfinite(v).sum() >= FEWEST for v in c[1:])]
        if enough:
            yield tuple(Shift(split, name, a, b, difference(a, b)) for name, a, b in enough)


def shift_findings(
    dataset: Dataset, names: tuple[str, ...], delta: float, factor: float
) -> Iterator[Finding | Measured]:
    """The largest difference of these properties, and findings for those that are certainly above `delta` and whose medians
    differ by `factor`: pictures that are all alike differ with certainty long before it matters."""
    for compared in dataset.shifts:
        named = [s for s in compared if s.name in names]
        for largest in sorted(named, key=lambda s: -abs(s.difference.delta))[:1]:
            label = f"largest difference of {largest.split} from train, {largest.name}"
            yield Measured(
                label, round(abs(largest.difference.delta), 3), f"certainly below {delta:g}", "(Cliff's delta)"
            )
        for shift in named:
            if shift.difference.least >= delta and shift.factor >= factor:
                yield shift.finding(compared)
