"""Whether a loss that fell by little shows nothing yet: it falls slowly and steadily, or the run was left in its first epochs."""

from __future__ import annotations

import math

import numpy as np

from traindx.core.loaders import Pass, loaders_of
from traindx.core.recording import Recording
from traindx.core.trend import trend

LEAST, CLEAR, LATE = 0.05, 5.0, 2.0
"""Share of its start by which a loss falls slowly; standard errors of that fall, and of what it fell by in its second half."""
MOVES = 5e-4
"""Update-to-weight ratio of weights that move, as T202 has it."""
SHORT = 100
"""Backward passes up to which a run of one or two epochs is too short for that as well."""
FEW = 300
"""Backward passes up to which a run that was left in its second epoch is too short to say that it does not learn.

All of these are guesses, from public programs that ran for some hundred steps (docs/public-bugs.md).
"""


def not_yet_learned(recording: Recording) -> str:
    """In words why the loss shows nothing yet; empty where it should have fallen. Weights that hardly move are no such reason."""
    taken = recording.update_ratio[np.isfinite(recording.update_ratio)]
    if len(taken) < 3 or float(np.quantile(taken, 0.9)) < MOVES:
        return ""
    return _falls_slowly(recording) or _was_left(recording) or _is_short(recording)


def _falls_slowly(recording: Recording) -> str:
    """Fifths of the run are compared, by their medians: the first with the last, and the middle with the last. A loss that comes
    down to that of guessing and stays there does not fall in the second half."""
    loss = recording.loss[np.isfinite(recording.loss)]
    if len(loss) < 50:
        return ""
    parts = np.array_split(loss, 5)
    first, middle, last = (float(np.median(parts[i])) for i in (0, 2, 4))
    error = max(1.2533 * trend(loss).noise * math.sqrt(2 / len(parts[4])), 1e-12)
    if first - last < LEAST * abs(first) or first - last < CLEAR * error or middle - last < LATE * error:
        return ""
    return (
        f"the loss falls slowly: {first:.4g}, {middle:.4g} and {last:.4g} in the first, third and last fifth of the run"
    )


def _was_left(recording: Recording) -> str:
    """Whether the run was interrupted by hand before its second epoch was over, or left the loader early in its second pass."""
    passes = _of_training(recording)
    whole = [p for p in passes if p.ended == "exhausted"]
    if recording.passes >= FEW or len(whole) > 1:
        return ""
    if any(e.data.get("type") == "KeyboardInterrupt" for e in recording.of("exception")):
        return f"the run was interrupted after {recording.passes} backward passes, before its second epoch was over"
    left = len(passes) == 2 and len(whole) == 1 and passes[-1].ended == "left"
    if not left or passes[-1].batches > 0.9 * whole[0].batches:
        return ""
    return f"the run was left after {passes[-1].batches} of {whole[0].batches} batches of its second epoch"


def _is_short(recording: Recording) -> str:
    """Whether the run is one or two short epochs."""
    whole = [p for p in _of_training(recording) if p.ended == "exhausted"]
    if recording.passes >= SHORT or len(whole) not in (1, 2):
        return ""
    return f"the run is over after {len(whole)} epochs of {whole[0].batches} batches"


def _of_training(recording: Recording) -> list[Pass]:
    """The passes over the loader that gave most batches, those left out in which nothing was trained, as for means."""
    seen = loaders_of(recording).training
    ends = [*(p.step for p in seen[1:]), recording.passes]  # of each the next one's first step
    trained = [p for p, end in zip(seen, ends, strict=False) if end > p.step]
    amounts = {p.loader: sum(q.batches for q in trained if q.loader == p.loader) for p in trained}
    return [p for p in trained if p.loader == max(amounts, key=lambda loader: amounts[loader])]
