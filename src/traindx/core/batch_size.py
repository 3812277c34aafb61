"""How many samples a step of the optimizer learns from, and what share of the data that is."""

from __future__ import annotations

import numpy as np

from traindx.core.loaders import loaders_of
from traindx.core.recording import Recording


def samples_of_step(recording: Recording) -> float | None:
    """Samples of a step's first batch times its backward passes, the median of the recorded steps; None where unknown."""
    found = [
        float(d["batch"]["samples"]) * max(1, int(d.get("backwards") or 1))
        for d in recording.details.values()
        if d.get("batch", {}).get("samples")
    ]
    return float(np.median(found)) if found else None


def training_samples(recording: Recording) -> int | None:
    """Samples of the loader that gave most batches to training; None where it tells none."""
    loaders = loaders_of(recording)
    amounts = {p.loader: sum(q.batches for q in loaders.training if q.loader == p.loader) for p in loaders.training}
    main = max(amounts, key=lambda number: amounts[number], default=None)
    lengths = [x.facts.get("length") for x in loaders.loaders if x.number == main]
    return int(lengths[0]) if lengths and lengths[0] else None
