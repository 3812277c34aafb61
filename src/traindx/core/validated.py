"""What the validations of a training showed: as it was measured, else as it was told."""

from __future__ import annotations

import math

import numpy as np

from traindx.core.history import History
from traindx.core.recording import Recording


def accuracies_of(recording: Recording, history: History | None) -> list[tuple[float, float, float]]:
    """Step, accuracy and loss (nan: unknown) of each validation. Of a log, which has no steps, they are spread over the run."""
    own = [(float(v.step), v.accuracy, v.loss) for v in recording.validations if v.accuracy is not None]
    told = None if history is None else history.accuracy
    if own or history is None or told is None:
        return [(step, accuracy, math.nan if loss is None else loss) for step, accuracy, loss in own]
    steps = (
        np.linspace(0, int(recording.step[-1]), len(history) + 1)[1:]
        if len(recording.step)
        else np.arange(len(history))
    )
    rows = zip(steps, told, history.val_loss, strict=True)
    return [(float(step), float(accuracy), float(loss)) for step, accuracy, loss in rows if math.isfinite(accuracy)]


def above_guessing(recording: Recording, *, errors: float = 5.0, times: float = 1.5) -> float | None:
    """How many times as often as guessing the last validation in evaluation mode is right; None where that is under `times`, or
    within `errors` standard errors of naming the most frequent class, or not known."""
    found = _last_of(recording)
    if found is None:
        return None
    share, guess, total = found
    error = math.sqrt(max(guess * (1 - guess), 1e-12) / total)
    return share / guess if share > times * guess and share > guess + errors * error else None


def validated_well(recording: Recording, *, gained: float = 0.5) -> bool:
    """Whether the last validation names more than `gained` of the samples that naming the most frequent class would miss."""
    found = _last_of(recording)
    return (
        found is not None
        and above_guessing(recording, times=1.0) is not None
        and found[0] > found[1] + gained * (1 - found[1])
    )


def _last_of(recording: Recording) -> tuple[float, float, float] | None:
    """Of the last validation in evaluation mode: share of right answers, that of its most frequent class, number of samples."""
    lines = [v for v in recording.lines.get("validation", ()) if v.get("by_class") and not v.get("training")]
    counts = np.array([float(row[0]) for row in lines[-1]["by_class"]]) if lines else np.zeros(1)
    total = float(counts.sum())
    if total <= 0:
        return None
    return sum(float(row[1]) for row in lines[-1]["by_class"]) / total, float(counts.max()) / total, total
