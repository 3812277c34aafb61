"""Small recordings with targets on a map, for the examples in check files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from traindx.core.check import Facts
from traindx.core.example import falling, recording_with
from traindx.core.pulled_rows import FEATURES, GIVEN, LAYOUTS


def run_with_places(*pictures: Sequence[float], each: int = 4) -> Facts:
    """Twelve times `each` pictures, in turn of each kind: how the first of four features goes with the map in each layout."""
    run = recording_with(falling(), detail={})
    noise = np.random.default_rng(0).normal(0.0, 0.1, (12 * each, 4, len(pictures[0]), 2))
    for n in range(12 * each):
        noise[n, 0, :, 0] += pictures[n % len(pictures)]
    for step in range(12):
        rows = [[float(v) for v in row.reshape(-1)] for row in noise[each * step : each * step + each]]
        run.details[step]["target_places"] = rows  # type: ignore[index]
    return {"recording": run}


def run_with_pulls(
    pulls: Mapping[int, float],
    *,
    shown: Mapping[int, float] | None = None,
    outside: tuple[int, int] = (200, 60),
    inside: tuple[int, int] = (100, 40),
    taught: Mapping[str, Sequence[float]] | None = None,
) -> Facts:
    """48 pictures of one map: by how much more its gradient lies at their boxes than at another's, in each layout, and by how much
    the pictures agree with these (as given, unless told)."""
    run = recording_with(falling(), detail={})
    noise = np.random.default_rng(0)
    for step in range(12):
        said, seen = (
            noise.normal(0.0, 0.05, (4, FEATURES, 2, len(LAYOUTS))),
            noise.normal(0.0, 0.05, (4, 4, len(LAYOUTS) - 1)),
        )
        said[:, 0, 1] += pulls.get(GIVEN, 0.0)
        for values, means in ((said[:, 0, 0], pulls), (seen[:, 0], shown or {GIVEN: 0.3})):
            for layout, mean in means.items():
                values[:, layout] += mean
        entry = {"reading": "0 xyxy", "map": "output", "channels": 8, "grid": [12, 12]}
        entry |= {"rows": said.reshape(4, -1).tolist(), "shown": seen.reshape(4, -1).tolist()}
        entry |= {"outside": list(outside), "inside": list(inside), "taught": dict(taught or {})}
        run.details[step]["pulled_places"] = [entry]  # type: ignore[index]
    return {"recording": run}
