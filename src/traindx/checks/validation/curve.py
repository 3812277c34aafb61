"""Level and noise of a curve by epoch, and the curve as evidence."""

from __future__ import annotations

import numpy as np

from traindx.core.finding import Curve, Line
from traindx.core.history import Floats, History


def smooth(values: Floats, width: int = 5) -> Floats:
    """Running median over `width` epochs (fewer at both ends) of the finite values; nan where there are none."""
    if not len(values):
        return values
    half = width // 2
    padded = np.pad(np.where(np.isfinite(values), values, np.nan), half, constant_values=np.nan)
    windows = np.sort(np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1), axis=1)  # nan goes last
    count = np.isfinite(windows).sum(axis=1)
    rows = np.arange(len(values))
    low, high = windows[rows, np.maximum(count - 1, 0) // 2], windows[rows, count // 2]
    return np.asarray((low + high) / 2, dtype=np.float64)


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
