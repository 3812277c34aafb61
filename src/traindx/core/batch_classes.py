"""How mixed the classes of batches are, against batches drawn at random from the same samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from traindx.core.received import received
from traindx.core.recording import Recording

FORMS = ("classes", "one-hot", "soft", "binary", "")
LEAST = 4
"""Samples that a batch must have."""


@dataclass(frozen=True)
class Mixed:
    """`entropy` of the classes within batches (mean, in nats), `chance` what random batches of these sizes would have, `classes` in
    all of the batches, `alike` the share of batches with one class alone, `batches` how many were looked at."""

    entropy: float
    chance: float
    classes: int
    alike: float
    batches: int

    @property
    def share(self) -> float:
        """Entropy over that of chance."""
        return self.entropy / self.chance if self.chance > 0 else float("nan")


def mixed(recording: Recording) -> Mixed | None:
    """How mixed the recorded batches of a classification are; None with fewer than three, or with one class in all."""
    steps = [r for r in received(recording) if r.form in FORMS and r.classes and r.count >= LEAST]
    return mixed_batches([r.classes for r in steps])


def mixed_batches(batches: Sequence[Mapping[float, float]]) -> Mixed | None:
    """The same of the counts of each class in each batch."""
    names = sorted({name for batch in batches for name in batch})
    if len(batches) < 3 or len(names) < 2:
        return None
    counts = np.array([[batch.get(name, 0.0) for name in names] for batch in batches])
    within = float(np.mean([_entropy(row) for row in counts]))
    shares = counts.sum(axis=0) / counts.sum()
    sizes = counts.sum(axis=1)
    # Miller and Madow: a sample of n shows an entropy that is lower by about (classes - 1) / 2n
    chance = float(np.mean(np.maximum(_entropy(shares) - (len(names) - 1) / (2 * sizes), 0.3 * _entropy(shares))))
    return Mixed(within, chance, len(names), float(((counts > 0).sum(axis=1) == 1).mean()), len(batches))


def _entropy(counts: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> float:
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * np.log(shares)).sum())
