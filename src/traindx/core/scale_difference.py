"""How the numbers that two streams of batches bring to the network differ: by a factor, by a shift, or in what they show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from traindx.core.network_inputs import Inputs, finite

HARD = 0.1
"""Ends are hard where they vary by less than this share of the range from batch to batch, as of pictures, which have black and
white in nearly every batch. A guess."""
LEAST, LEAST_SOFT = 1.6, 3.0
"""Factors from which on the scale differs: with hard ends, and without. Of the scales in use 0..1 and -1..1 lie closest, two
apart."""
SHIFT = 0.15
"""Share of the range by which both ends must have moved."""
SAME_TEXTURE = 1.8
"""Noise changes range and deviation too; then the differences of neighbouring pixels change by another factor. A guess."""

SAME_SHAPE = 1.8
"""A factor changes range and deviation alike; noise with tails changes the range more. Of a uniform distribution the range is 3.5
deviations, of 10,000 normal numbers 7.7. A guess."""


@dataclass(frozen=True)
class Stream:
    """Medians over batches, the least and largest deviation among them, and whether the ends of the range are hard."""

    low: float
    high: float
    mean: float
    deviation: float
    least: float
    most: float
    hard: bool
    roughness: float

    @property
    def words(self) -> str:
        """Range and deviation in words."""
        return f"{self.low:.3g} to {self.high:.3g}, deviation {self.deviation:.2g}"


def stream(batches: Sequence[Inputs]) -> Stream | None:
    """What batches have in common; None where none of them has a range."""
    known = [b for b in finite(batches) if b.width > 0 and b.deviation > 0]
    if not known:
        return None
    low, high, mean, deviation = (
        np.array(v) for v in zip(*((b.low, b.high, np.mean(b.mean), b.deviation) for b in known), strict=True)
    )
    width = float(np.median(high - low))
    spread = max(float(np.quantile(v, 0.9) - np.quantile(v, 0.1)) for v in (low, high))
    rough = [b.roughness for b in known if np.isfinite(b.roughness)]
    return Stream(
        float(np.median(low)),
        float(np.median(high)),
        float(np.median(mean)),
        float(np.median(deviation)),
        float(deviation.min()),
        float(deviation.max()),
        spread < HARD * width,
        float(np.median(rough)) if rough else float("nan"),
    )


def factor(one: Stream, other: Stream) -> float | None:
    """By which factor the numbers of `other` are larger, None where both have one scale, or differ in more than that."""
    width = (other.high - other.low) / (one.high - one.low)
    deviation = other.deviation / one.deviation
    hard = one.hard and other.hard
    least = LEAST if hard else LEAST_SOFT
    same_way = (width > least and deviation > least) or (width < 1 / least and deviation < 1 / least)
    apart = other.least > 1.2 * one.most or 1.2 * other.most < one.least
    rough = other.roughness / one.roughness if one.roughness > 0 else 1.0
    alike = not np.isfinite(rough) or 1 / SAME_TEXTURE < rough < SAME_TEXTURE
    return deviation if same_way and apart and alike and is_one_factor(one, other) else None


def is_one_factor(one: Stream, other: Stream) -> bool:
    """Whether range and deviation differ by about the same factor, as where one is scaled."""
    times = (other.high - other.low) / (one.high - one.low) * one.deviation / other.deviation
    return 1 / SAME_SHAPE < times < SAME_SHAPE


def shift(one: Stream, other: Stream) -> float | None:
    """By how much the range of `other` is moved, with hard ends and one width; None where it is not."""
    width = one.high - one.low
    low, high = other.low - one.low, other.high - one.high
    moved = min(abs(low), abs(high)) > SHIFT * width and abs(high - low) < 0.3 * abs(high + low) / 2
    follows = abs(other.mean - one.mean) > 0.3 * one.deviation and (other.mean - one.mean) * low > 0
    return (low + high) / 2 if one.hard and other.hard and moved and follows else None
