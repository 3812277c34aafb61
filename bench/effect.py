"""Whether a fault did any harm: what a run learned, beside the healthy run of the same script and seed."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from result import HEALTHY, Result
from traindx.core.history import History
from traindx.core.recording import Recording
from traindx.core.trend import trend

LEAST = 0.95
"""A run that learned so much of what its healthy twin did, in its loss and in its validation, was not harmed."""


def learned(recording: Recording) -> float | None:
    """The share of its start that the training loss fell by, None where it cannot be told."""
    if not np.isfinite(recording.loss).any():
        return None
    drop = trend(recording.loss).drop
    return round(drop, 4) if math.isfinite(drop) else None


def validated(history: History | None) -> float | None:
    """The last value of the metric by which the run is judged, None where none was seen."""
    found = None if history is None else history.metric
    if found is None:
        return None
    known = found[1][np.isfinite(found[1])]
    return round(float(known[-1]), 4) if len(known) else None


def unharmed(results: Iterable[Result]) -> set[tuple[str, str, str, str, int]]:
    """The keys of faulty runs that ended like their healthy twin and learned at least `LEAST` as much.

    Where the loss of the two cannot be compared (it changed its sign, or the twin's did not fall) the validation decides; without
    a twin, or without both numbers of either, a run counts as harmed.
    """
    runs = list(results)
    twins = {(r.script, r.seed): r for r in runs if r.cause == HEALTHY and r.variant == "as-is"}
    return {r.key for r in runs if r.cause != HEALTHY and _is_unharmed(r, twins.get((r.script, r.seed)))}


def _is_unharmed(run: Result, twin: Result | None) -> bool:
    if twin is None or run.exit_status != twin.exit_status or run.steps < twin.steps:
        return False
    pairs = [(run.learned, twin.learned), (run.validated, twin.validated)]
    known = [(own, other) for own, other in pairs if own is not None and other is not None and other > 0]
    return bool(known) and all(own >= LEAST * other for own, other in known)
