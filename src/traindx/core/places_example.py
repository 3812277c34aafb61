"""Small recordings with targets on a map, for the examples in check files."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from traindx.core.check import Facts
from traindx.core.example import falling, recording_with


def run_with_places(*pictures: Sequence[float]) -> Facts:
    """48 pictures, in turn of each kind: by how much the first of four features goes with the map in each layout."""
    run = recording_with(falling(), detail={})
    noise = np.random.default_rng(0).normal(0.0, 0.1, (48, 4, len(pictures[0]), 2))
    for n in range(48):
        noise[n, 0, :, 0] += pictures[n % len(pictures)]
    for step in range(12):
        rows = [[float(v) for v in row.reshape(-1)] for row in noise[4 * step : 4 * step + 4]]
        run.details[step]["target_places"] = rows  # type: ignore[index]
    return {"recording": run}
