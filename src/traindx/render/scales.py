"""Axes: from values to positions, with ticks that people would choose, linear or logarithmic."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

LARGEST = 1e300


@dataclass(frozen=True)
class Scale:
    """Values `low`..`high` on positions `start`..`end`; the ticks lie within and are round."""

    low: float
    high: float
    start: float
    end: float
    log: bool
    ticks: tuple[float, ...]

    def __call__(self, value: float) -> float:
        """The position of a value; it must be positive on a logarithmic scale."""
        low, high = self._at(self.low), self._at(self.high)
        return self.start + (self._at(value) - low) / (high - low) * (self.end - self.start)

    def _at(self, value: float) -> float:
        return math.log10(value) if self.log else value

    def shows(self, value: float) -> bool:
        """Whether the value has a position within the scale."""
        return _has_position(value, self.log) and self.low <= value <= self.high


def _has_position(value: float, log: bool) -> bool:
    """Finite, positive on a logarithmic scale, and not so near the ends of float64 that its ticks would overflow."""
    return abs(value) <= LARGEST and (value >= 1 / LARGEST or not log)


def scale(
    values: Iterable[float], start: float, end: float, *, log: bool = False, pad: float = 0.04, most: int = 6
) -> Scale | None:
    """A scale that holds every value that can be shown; None if none can. `pad` is the share left free at both ends."""
    known = [v for v in values if _has_position(v, log)]
    if not known:
        return None
    low, high = min(known), max(known)
    if log:
        a, b = _apart(math.log10(low), math.log10(high), 0.1, pad)
        return Scale(10**a, 10**b, start, end, True, log_ticks(10**a, 10**b, most))
    a, b = _apart(low, high, max(abs(low), 1e-12) * 0.1 if low else 1.0, pad)
    return Scale(a, b, start, end, False, linear_ticks(a, b, most))


def _apart(low: float, high: float, least: float, pad: float) -> tuple[float, float]:
    if high - low < least * 1e-6:
        low, high = low - least, high + least
    space = (high - low) * pad
    return low - space, high + space


def linear_ticks(low: float, high: float, most: int = 6) -> tuple[float, ...]:
    """At most `most` multiples of 1, 2 or 5 times a power of ten within low..high."""
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * m for m in (1, 2, 5, 10) if power * m >= rough * (1 - 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return tuple(round(i * step, 12 - math.floor(math.log10(step))) for i in range(first, last + 1))


def log_ticks(low: float, high: float, most: int = 6) -> tuple[float, ...]:
    """Powers of ten within low..high, thinned to at most `most`; with 2 and 5 between them where few powers fit."""
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    powers = range(first, last + 1)
    if len(powers) >= 3:
        every = math.ceil(len(powers) / most)
        return tuple(10.0**p for p in powers if p % every == 0)
    fine = [m * 10.0**p for p in range(first - 1, last + 2) for m in (1, 2, 5)]
    within = tuple(v for v in fine if low * (1 - 1e-9) <= v <= high * (1 + 1e-9))
    return within if len(within) >= 2 else linear_ticks(low, high, 4)


def label(value: float, *, log: bool = False) -> str:
    """A number in a drawing: short, without an exponent between 0.001 and a million (10,000 on a logarithmic scale)."""
    if value == 0:
        return "0"
    if 1e-3 <= abs(value) < (1e4 if log else 1e6):
        return f"{value:g}" if abs(value) < 1e4 else f"{value:,.0f}"
    mantissa, _, exponent = f"{value:.3g}".partition("e")
    if not exponent:
        mantissa, _, exponent = f"{value:.2e}".partition("e")
    mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    return f"{mantissa}e{int(exponent)}".replace("-", "−")


def thin(x: tuple[float, ...], y: tuple[float, ...], columns: int) -> list[int]:
    """Indices to draw: per column of the picture the first, last, lowest and highest point and all that are not finite.

    So no spike is lost, however long the line is. Order is kept; a short line is kept whole.
    """
    n = min(len(x), len(y))
    if n <= columns * 3:
        return list(range(n))
    known = [v for v in x if math.isfinite(v)]
    low, width = min(known, default=0.0), (max(known, default=1.0) - min(known, default=0.0)) or 1.0
    keep: set[int] = set()
    columned: dict[int, list[int]] = {}
    for i in range(n):
        if math.isfinite(x[i]):
            columned.setdefault(int((x[i] - low) / width * columns), []).append(i)
    for indices in columned.values():
        finite = [i for i in indices if math.isfinite(y[i])]
        broken = [i for i in indices if not math.isfinite(y[i])]
        keep.update((indices[0], indices[-1]), broken[:1], broken[-1:])
        if finite:
            keep.update((min(finite, key=y.__getitem__), max(finite, key=y.__getitem__)))
    return sorted(keep)
