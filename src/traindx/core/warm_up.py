"""Steps at a learning rate of zero, and whether a recorded run ended while its rate was still being raised."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from traindx.core.recording import Recording

RISES = 0.75
"""Share of the recorded steps from which the rate rises to the next (a guess): a schedule by epochs lowers it between."""
LENGTH = 100
"""Backward passes of a warm-up that is nobody's mistake: YOLOv5 and Ultralytics warm up over at least so many batches."""


def ended_in_warm_up(recording: Recording) -> bool:
    """Whether a short run (`LENGTH`) raised the rate of a parameter group to its end, from less than half of its last rate."""
    if recording.passes >= LENGTH:
        return False
    rates = [d.get("lrs") or [d.get("lr")] for _, d in sorted(recording.details.items())]
    if len(rates) < 5 or len({len(r) for r in rates}) > 1 or any(v is None for r in rates for v in r):
        return False
    table = np.array(rates, dtype=np.float64)
    rising = (np.diff(table, axis=0) > 0).mean(axis=0) >= RISES
    return bool((rising & (table[0] < table[-1] / 2)).any())


def rated(recording: Recording) -> NDArray[np.bool_]:
    """Which steps have a rate over zero in any group, or one that is not known: a warm-up by epochs may begin with one at zero."""
    others = {step for step, d in recording.details.items() if any(d.get("lrs") or ())}
    found = [rate != 0 or int(step) in others for step, rate in zip(recording.step, recording.lr, strict=True)]
    return np.array(found, dtype=np.bool_)
