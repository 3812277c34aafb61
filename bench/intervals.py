"""Shares with their confidence interval (Wilson, 95 %)."""

from __future__ import annotations

import math

Z = 1.959964


def wilson(hits: float, of: int) -> tuple[float, float]:
    """The 95 % confidence interval of a share; all of 0 to 1 where nothing was counted."""
    if not of:
        return 0.0, 1.0
    share, square = hits / of, Z * Z / of
    centre = (share + square / 2) / (1 + square)
    half = Z / (1 + square) * math.sqrt(share * (1 - share) / of + square / (4 * of))
    return max(0.0, centre - half), min(1.0, centre + half)


def shown(hits: float, of: int) -> str:
    """A share in percent, its interval and how many it is a share of."""
    if not of:
        return "-"
    low, high = wilson(hits, of)
    return f"{hits / of:.0%} ({low:.0%} to {high:.0%}; {of})"
