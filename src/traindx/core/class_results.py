"""What a validation made of each class: how many samples it had, how many were right, and what most of them were taken for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from traindx.core.recording import Recording


@dataclass(frozen=True)
class ClassResults:
    """One validation's results, an entry per class: `seen` samples, `right` ones, the class `taken` for most often and `times`."""

    step: int
    path: str | None
    line: int | None
    seen: NDArray[np.int64]
    right: NDArray[np.int64]
    taken: NDArray[np.int64]
    times: NDArray[np.int64]

    @property
    def accuracy(self) -> float:
        """Share of right answers."""
        return float(self.right.sum() / max(1, self.seen.sum()))

    def renamed(self, *, least: int, share: float, few: float) -> dict[int, int]:
        """The classes that are hardly ever right and nearly always taken for one other class, for which no further one is taken."""
        known = self.seen >= least
        steady = known & (self.times >= share * self.seen)
        images = self.taken[steady].tolist()
        return {
            int(c): int(self.taken[c])
            for c in np.flatnonzero(steady & (self.right <= few * self.seen))
            if images.count(int(self.taken[c])) == 1
        }


def class_results(recording: Recording) -> list[ClassResults]:
    """Of each validation of several batches that tells it, in order."""
    found = []
    for line in recording.lines.get("validation", ()):
        rows = np.array(line.get("by_class") or (), dtype=np.int64).reshape(-1, 4)
        if len(rows) > 1 and line.get("batches", 0) > 1:
            found.append(ClassResults(int(line["step"]), line.get("path"), line.get("line"), *rows.T))
    return found
