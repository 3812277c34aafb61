"""How far a loss curve fell, against its own noise: used by checks and by trials alike."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from traindx.core.recording import Recording

MIXED = 0.05
"""How far the share of a sample's first class in its target changes from step to step where targets are mixed (a guess)."""

FAR_BELOW_CHANCE = 0.6
"""Share of the loss of guessing under which a run has learned something, if before it was recorded (a guess)."""


@dataclass(frozen=True)
class Trend:
    """`start` and `end` are medians of the first and last stretch, `noise` the standard deviation of a single step's loss.

    `drop` is the share of the start that the loss fell by (negative: it rose), `z` that difference over its standard error.
    `n` counts the finite losses; `finite` is False if the last stretch holds non-finite ones.
    """

    start: float
    end: float
    noise: float
    n: int
    finite: bool

    @property
    def drop(self) -> float:
        """(start - end) / |start|; -1 if the run ended in non-finite losses."""
        if not self.finite:
            return -1.0
        return (self.start - self.end) / max(abs(self.start), 1e-12)

    @property
    def z(self) -> float:
        """Difference of the two medians over its standard error (1.2533 / sqrt(k) times the noise, for a median of k)."""
        first, last = stretches(self.n)
        error = 1.2533 * self.noise * float(np.sqrt(1 / first + 1 / last))
        return (self.start - self.end) / max(error, 1e-12)


def stretches(n: int) -> tuple[int, int]:
    """Lengths of the first and the last stretch of n losses: a twentieth (3..20) and a tenth (at least 5)."""
    return min(max(3, n // 20), 20, n), min(max(5, n // 10), n)


def trend(loss: NDArray[np.float64]) -> Trend:
    """The trend of losses in order (nan: unknown, inf: not finite).

    The noise is robust: 1.4826 times the median absolute difference of neighbours / sqrt(2),
    so that the trend itself does not count as noise. Raises `ValueError` when no loss is finite.
    """
    known = loss[~np.isnan(loss)]
    finite = known[np.isfinite(known)]
    if not len(finite):
        raise ValueError("no finite loss")
    first, last = stretches(len(finite))
    steps = np.abs(np.diff(finite))
    noise = 1.4826 * float(np.median(steps)) / float(np.sqrt(2)) if len(steps) else 0.0
    return Trend(
        start=_start(finite, first),
        end=float(np.median(finite[-last:])),
        noise=noise,
        n=len(finite),
        finite=bool(np.isfinite(known[-last:]).mean() > 0.5),
    )


def _start(finite: NDArray[np.float64], first: int) -> float:
    """Median of the first stretch; the very first loss where that median is already twice as high, an explosion."""
    median = float(np.median(finite[:first]))
    return float(finite[0]) if median > 2 * abs(float(finite[0])) else median


def takes_both_signs(loss: NDArray[np.float64]) -> bool:
    """Whether a loss is now above and now below zero (more than a twentieth of the steps each): as a share of its start its
    change says nothing, and with policy gradients or two players it is no measure of learning."""
    finite = loss[np.isfinite(loss)]
    return bool(len(finite)) and float(np.quantile(finite, 0.05)) < 0 < float(np.quantile(finite, 0.95))


def takes_off(loss: NDArray[np.float64]) -> bool:
    """Whether a loss stood still and clearly falls at its end: the last fifth lies under the two fifths before by more than
    four standard errors, and by more than these had fallen. So short a run does not show that nothing is learned."""
    finite = loss[np.isfinite(loss)]
    fifth = len(finite) // 5
    if fifth < 8:
        return False
    first, middle, last = finite[:fifth], finite[2 * fifth : 4 * fifth], finite[-fifth:]
    error = 1.2533 * trend(finite).noise * math.sqrt(1 / len(middle) + 1 / len(last))
    before, now = float(np.median(first) - np.median(middle)), float(np.median(middle) - np.median(last))
    return now > 4 * error and now > before


def has_one_target(recording: Recording) -> bool:
    """Whether the targets of a cross entropy were one and the same id at all recorded steps, five at least: so it is with
    contrastive losses over a queue, which rise while the queue fills, and with labels that are all alike."""
    calls = [d["loss_call"] for d in recording.details.values() if d.get("loss_call")]
    ends = [(c.get("target_min"), c.get("target_max")) for c in calls if c.get("name") in ("cross_entropy", "nll_loss")]
    return len(ends) >= 5 and len(set(ends)) == 1 and ends[0][0] is not None and ends[0][0] == ends[0][1]


def has_mixed_targets(recording: Recording) -> bool:
    """Whether most recorded steps compare the same scores with several targets, or with shares of several classes that change
    from step to step: mixup and the like, or a teacher, whose loss stays high. Smoothed labels have the same share in each step.
    """
    calls = [d["loss_call"] for d in recording.details.values() if d.get("loss_call")]
    if calls and 2 * sum(bool(c.get("other_targets")) for c in calls) > len(calls):
        return True
    targets = [d["targets"] for d in recording.details.values() if d.get("targets")]
    tops = [float(t["top"][1]) for t in targets if t.get("form") == "soft" and len(t.get("top") or ()) == 3]
    return 2 * len(tops) > max(len(targets), 4) and max(tops) - min(tops) > MIXED


def over_chance(recording: Recording) -> float | None:
    """The cross entropy at the end over that of guessing; None where no cross entropy over classes was recorded, or
    one whose target is always the same.

    A loss is often divided before it is backpropagated, as by the number of accumulated batches: where the loss function's own
    values are a steady multiple of what was backpropagated (quartiles within 30 % of the median, a guess), that is undone. A
    loss that is summed over samples is brought to their mean first. Of a loss of several functions (a class and a box) the
    cross entropy's own values are compared, and nothing where it judges many places of a picture, most of them background, nor
    where targets are mixed.
    """
    if recording.chance is None or not np.isfinite(recording.loss).any():
        return None
    if has_one_target(recording) or has_mixed_targets(recording):
        return None
    if has_other_parts(recording):
        dense = any(len(d.get("loss_call", {}).get("shape", ())) > 2 for d in recording.details.values())
        return None if dense else _own_end(recording) / recording.chance
    calls = [(d.get("loss"), _mean_value(d.get("loss_call", {}))) for d in recording.details.values()]
    pairs = np.array([(a, b) for a, b in calls if a is not None and b is not None], dtype=np.float64).reshape(-1, 2)
    pairs = pairs[np.isfinite(pairs).all(axis=1) & (pairs[:, 0] != 0)]
    factor = 1.0
    if len(pairs) >= 5:
        low, middle, high = np.quantile(pairs[:, 1] / pairs[:, 0], (0.25, 0.5, 0.75))
        factor = float(middle) if middle > 0 and high - low < 0.3 * middle else 1.0
    return trend(recording.loss).end * factor / recording.chance


def has_other_parts(recording: Recording) -> bool:
    """Whether most recorded steps call loss functions of other names beside the first: the loss is put together of several."""
    calls = [(d["loss_call"], d.get("more_loss_calls", ())) for d in recording.details.values() if d.get("loss_call")]
    return 2 * sum(any(c["name"] != first["name"] for c in more) for first, more in calls) > len(calls)


def _own_end(recording: Recording) -> float:
    """What the first loss function returned at the end: the median over the last quarter of the steps, the last value at least."""
    own = [
        (n, value) for n, d in recording.details.items() if (value := _mean_value(d.get("loss_call", {}))) is not None
    ]
    late = [value for n, value in own if n >= 0.75 * float(recording.step[-1])] or [value for _, value in own[-1:]]
    return float(np.median(late)) if late else float("nan")


def _mean_value(call: Mapping[str, Any]) -> float | None:
    """What a loss function returned, for one sample: a sum over its targets is divided by their number."""
    value, shape = call.get("value"), call.get("target_shape")
    if value is None:
        return None
    if call.get("reduction") != "sum" or not shape:
        return float(value)
    samples = float(math.prod(shape)) * (1 - float(call.get("ignored") or 0.0))
    return float(value) / max(samples, 1.0)
