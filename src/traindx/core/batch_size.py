"""How many samples a step of the optimizer learns from, and what share of the data that is."""

from __future__ import annotations

import numpy as np

from traindx.core.loaders import Loader, loaders_of
from traindx.core.recording import Recording


def samples_of_step(recording: Recording) -> float | None:
    """Samples of a step's first batch times its backward passes, the median of the recorded steps; None where unknown."""
    found = [
        float(d["batch"]["samples"]) * max(1, int(d.get("backwards") or 1))
        for d in recording.details.values()
        if d.get("batch", {}).get("samples")
    ]
    return float(np.median(found)) if found else None


def training_loader(recording: Recording) -> Loader | None:
    """The loader that gave most batches to training."""
    loaders = loaders_of(recording)
    amounts = {p.loader: sum(q.batches for q in loaders.training if q.loader == p.loader) for p in loaders.training}
    main = max(amounts, key=lambda number: amounts[number], default=None)
    return next((x for x in loaders.loaders if x.number == main), None)


def training_samples(recording: Recording) -> int | None:
    """Samples of the loader that gave most batches to training; None where it tells none."""
    loader = training_loader(recording)
    length = None if loader is None else loader.facts.get("length")
    return int(length) if length else None
