"""Which steps are recorded in full: dense at first, then sparser, within a budget of time, dense again after an anomaly."""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from collections import deque

DENSE = 10
"""The first steps, all recorded: most faults of a training show in them."""
PAID_FROM = 20
"""Steps before this one are not counted against the budget: a diagnosis needs them whatever they cost."""
SHORT = 2000
AT_LEAST_EVERY = 100
"""Up to step 2000 the budget may widen the gap to at most 100 steps; later to a quarter of the steps so far."""
AFTER_ANOMALY = 5


def gap(step: int) -> int:
    """Steps from a recorded one to the next before the budget is looked at: a sixteenth of the way so far."""
    return 1 if step < DENSE else min(max(1, step // 16), widest(step))


def widest(step: int) -> int:
    """The widest gap that the budget may make."""
    return AT_LEAST_EVERY if step < SHORT else max(AT_LEAST_EVERY, step // 4)


def light_stride(step: int) -> int:
    """Every how many steps a line is written at all: each up to step 1000, then fewer, so that a recording stays small."""
    return step // 1000 + 1


def is_written(count: int, dense: int) -> bool:
    """Whether the one of that number, from 0, of something frequent gets a line: the first `dense` do, then fewer and fewer."""
    return count % (count // dense + 1) == 0


class Schedule:
    """Decides step by step. Times in seconds; `budget` is the recorder's share of the run time."""

    def __init__(self, budget: float = 0.01) -> None:
        self.budget = budget
        self._last = -1
        self._dense_until = self._asked_again = -1
        self._paid_from: tuple[float, float] | None = None

    def wants(self, step: int, elapsed: float, cost: float, price: float) -> bool:
        """Whether to record `step`: `elapsed` since the start, `cost` spent so far, `price` of one more recorded step."""
        if step >= PAID_FROM and self._paid_from is None:
            self._paid_from = (elapsed, cost)
        if step < DENSE or step <= self._dense_until:
            self._last = step
            return True
        waited = step - self._last
        if waited < AT_LEAST_EVERY and (waited < step // 16 or step < self._asked_again):  # the gap, for most steps
            return False
        if waited < gap(step):
            return False
        if waited < widest(step) and not self._affordable(elapsed, cost, price):
            self._asked_again = step + 1 + gap(step) // 8
            return False
        self._last = step
        return True

    def alarm(self, step: int) -> None:
        """Record the five steps after `step`, where an anomaly was seen."""
        self._dense_until = max(self._dense_until, step + AFTER_ANOMALY)

    def _affordable(self, elapsed: float, cost: float, price: float) -> bool:
        if self._paid_from is None:
            return True
        since, spent = self._paid_from
        return cost - spent + price <= self.budget * (elapsed - since)


class Jumps:
    """Tells a loss that leaves the range of the last ones.

    A jump is a loss above the median of the last 20 by more than 10 times their median absolute deviation and by more
    than half of the median's size. Both are a guess, chosen wide: a jump costs five recorded steps and says nothing more.
    """

    def __init__(self) -> None:
        self._recent: deque[float] = deque()
        self._ordered: list[float] = []

    def is_jump(self, loss: float) -> bool:
        """Judge a loss against the ones before it, and remember it if it is finite."""
        if not math.isfinite(loss):
            return False
        recent, jumps = self._ordered, False
        if len(recent) >= 10:
            middle = recent[len(recent) // 2]
            if loss - middle > 0.5 * abs(middle):
                jumps = loss - middle > 10 * sorted([abs(x - middle) for x in recent])[len(recent) // 2]
        self._recent.append(loss)
        if len(self._recent) > 20:
            del recent[bisect_left(recent, self._recent.popleft())]
        insort(recent, loss)
        return jumps
