"""How unequal the classes of the training split are, with the evidence and the remedy that the checks of it share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from traindx.core.class_counts import boxes_per_class
from traindx.core.class_weights import effective_number, inverse_frequency, remedy
from traindx.core.dataset import Dataset, Ints
from traindx.core.finding import Bars, Evidence, Finding, Measured, Place, Table

SHOWN = 60


@dataclass(frozen=True)
class Imbalance:
    """Boxes (pictures, in classification) of each class in `split`; `present` are the classes that have any."""

    dataset: Dataset
    split: str
    counts: Ints
    present: Ints

    @property
    def ratio(self) -> float:
        """Most to fewest, of the classes that have any."""
        return int(self.counts.max()) / int(self.counts[self.present].min())

    @property
    def effective(self) -> float:
        """exp(H) of the shares: n for n equal classes, 1 if one class holds all."""
        shares = self.counts[self.present] / self.counts.sum()
        return float(np.exp(-(shares * np.log(shares)).sum()))

    @property
    def unit(self) -> str:
        """What is counted."""
        return "pictures" if self.dataset.task == "classify" else "boxes"

    def numbers(self, expected: str) -> tuple[Measured, ...]:
        """Ratio and effective number of classes."""
        return (
            Measured(f"most to fewest {self.unit} of a class", self.ratio, expected, ": 1"),
            Measured("effective number of classes", self.effective, f"up to {len(self.present)}"),
        )

    def finding(self, numbers: tuple[Measured, ...]) -> Finding:
        """Largest and smallest class in the message; weights for all classes as a table; lines to paste as the fix."""
        order = self.present[np.argsort(-self.counts[self.present], kind="stable")].tolist()
        name = {i: self.dataset.names.get(i, str(i)) for i in order}
        most, least = order[0], order[-1]
        text = (
            f"{name[most]} has {self.counts[most]:,} {self.unit} and {name[least]} {self.counts[least]:,} "
            f"in {self.split}: {self.ratio:.1f} to 1"
        )
        return Finding(
            Place(setting=self.split),
            text,
            (*numbers, *self._shown(order, name)),
            fix=remedy(self.counts, classify=self.dataset.task == "classify"),
        )

    def _shown(self, order: list[int], name: dict[int, str]) -> tuple[Evidence, ...]:
        plain, effective = inverse_frequency(self.counts), effective_number(self.counts)
        total = int(self.counts.sum())
        rows = tuple(
            (
                i,
                name[i],
                int(self.counts[i]),
                f"{self.counts[i] / total:.1%}",
                round(float(plain[i]), 3),
                round(float(effective[i]), 3),
            )
            for i in order
        )
        heads = ("id", "name", self.unit, "share", "weight by inverse frequency", "weight by effective number")
        series = ((self.unit, tuple(float(self.counts[i]) for i in order[:SHOWN])),)
        bars = Bars(
            f"{self.unit.capitalize()} in {self.split}", tuple(name[i] for i in order[:SHOWN]), series, self.unit
        )
        return bars, Table(f"{self.unit.capitalize()} in {self.split} and weights", heads, rows)


def imbalance(dataset: Dataset) -> Imbalance | None:
    """Of train, or of the first split where there is no train; None where no class has anything."""
    split = "train" if any(s.name == "train" for s in dataset.splits) else next((s.name for s in dataset.splits), "")
    counts = boxes_per_class(dataset).get(split, np.zeros(0, dtype=np.int64))
    present = np.flatnonzero(counts)
    return Imbalance(dataset, split, counts, present) if len(present) else None
