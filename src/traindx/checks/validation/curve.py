"""Level and noise of a curve by epoch, and the curve as evidence."""

from __future__ import annotations

import numpy as np

from traindx.core.finding import Curve, Line
from traindx.core.history import Floats, History


def smooth(values: Floats, width: int = 5) -> Floats:
    """Running median over `width` epochs (fewer at both ends) of the finite values; nan where there are none."""
    half = width // 2
    windows = (values[max(0, i - half) : i + half + 1] for i in range(len(values)))
    return np.array([np.median(w[np.isfinite(w)]) if np.isfinite(w).any() else np.nan for w in windows])


def noise(values: Floats) -> float:
    """Standard deviation from one epoch to the next, robust against trend and jumps: 1.4826 · median |difference| / √2.

    1.4826 makes the median absolute value of a normal distribution its standard deviation. 0 with fewer than two epochs.
    """
    finite = values[np.isfinite(values)]
    return float(1.4826 * np.median(np.abs(np.diff(finite))) / np.sqrt(2)) if len(finite) > 1 else 0.0


def end_of(values: Floats, epochs: int = 5) -> float:
    """Median of the last finite values; nan if there are none."""
    finite = values[np.isfinite(values)]
    return float(np.median(finite[-epochs:])) if len(finite) else float("nan")


def curves_of(history: History, title: str, onset: float | None = None) -> Curve:
    """Training loss, validation loss and the judged metric over the epochs, with the onset marked."""
    epochs = tuple(float(e) for e in history.epoch)
    named = [("training loss", history.train_loss), ("validation loss", history.val_loss)]
    if history.metric is not None:
        named.append(history.metric)
    lines = tuple(Line(name, epochs, tuple(map(float, values))) for name, values in named if np.isfinite(values).any())
    return Curve(title, lines, x_label="epoch", onset=onset)
