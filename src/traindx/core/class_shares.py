"""How often each class came in the batches that were recorded."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping

from traindx.core.received import received
from traindx.core.recording import Recording

FORMS = ("classes", "one-hot")


def class_counts(recording: Recording) -> Mapping[int, int]:
    """Samples of each class in the recorded batches of a classification, one class to a sample; empty for other tasks."""
    counts: Counter[int] = Counter()
    for got in received(recording):
        if got.form in FORMS and got.count in (0, got.images or got.count):
            counts.update({int(name): int(count) for name, count in got.classes.items()})
    return counts


def entropy_of(counts: Mapping[int, int]) -> float:
    """The cross entropy of knowing nothing but how often each class comes."""
    whole = sum(counts.values())
    return -sum(n / whole * math.log(n / whole) for n in counts.values() if n) if whole else float("nan")
