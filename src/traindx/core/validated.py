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
