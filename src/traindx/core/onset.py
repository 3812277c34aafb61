"""Where a curve breaks: the first value of a new level, with its uncertainty."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from traindx.core.trend import trend

Floats = NDArray[np.float64]

CHI_SQUARED = 3.84
"""The 95 % quantile of chi squared with one degree of freedom."""


@dataclass(frozen=True)
class Onset:
    """A rise of a curve: `at` is the position of its first value on the new level, `low` to `high` where it may lie (95 %).

    `before` and `after` are medians beside it, `noise` the standard deviation from one value to the next.
    """

    at: int
    low: int
    high: int
    before: float
    after: float
    noise: float

    @property
    def rise(self) -> float:
        """Difference of the two levels."""
        return self.after - self.before


def rise_in(values: Floats, *, width: int = 0, near: int | None = None) -> Onset | None:
    """The largest rise between neighbouring stretches of `width` values each (by default a twentieth, 5 to 50), or the largest
    that begins within `width` of the position `near`; None with fewer than two stretches of finite values.

    The split is then placed where two constant levels fit best (least squares). The interval holds every split s with
    m log(RSS(s) / RSS(best)) below 3.84, m being the number of values looked at: the likelihood ratio for normal noise.
    `values` that are not finite count as the largest finite one.
    """
    width = width or int(np.clip(len(values) // 20, 5, 50))
    finite = np.isfinite(values)
    if finite.sum() < 2 * width or len(values) < 2 * width:
        return None
    known = np.where(finite, values, np.max(values[finite]))
    windows = np.median(np.lib.stride_tricks.sliding_window_view(known, width), axis=1)
    rises = windows[width:] - windows[:-width]
    if near is not None:
        allowed = np.abs(np.arange(len(rises)) + width - near) <= width
        if not allowed.any():
            return None
        rises = np.where(allowed, rises, -np.inf)
    centre = int(rises.argmax()) + width
    low = max(0, centre - 2 * width)
    looked = known[low : centre + 2 * width]
    left = [float(((looked[:s] - looked[:s].mean()) ** 2).sum()) for s in range(1, len(looked))]
    right = [float(((looked[s:] - looked[s:].mean()) ** 2).sum()) for s in range(1, len(looked))]
    error = np.array(left) + np.array(right)
    best = int(error.argmin())
    within = np.flatnonzero(len(looked) * np.log(np.maximum(error, 1e-300) / max(error[best], 1e-300)) <= CHI_SQUARED)
    at = low + best + 1
    return Onset(
        at=at,
        low=low + int(within[0]) + 1,
        high=low + int(within[-1]) + 1,
        before=float(np.median(known[max(0, at - width) : at])),
        after=float(np.median(known[at : at + width])),
        noise=trend(known).noise,
    )
