"""Which steps are recorded."""

from __future__ import annotations

import math
from itertools import pairwise

from traindx.recorder.schedule import Jumps, Schedule, light_stride


def recorded(steps: int, *, seconds: float, price: float, budget: float = 0.01) -> tuple[list[int], float, float]:
    """The recorded steps of a run whose steps take `seconds`, its cost and its duration, all by a clock of our own."""
    schedule, elapsed, cost, chosen = Schedule(budget), 0.0, 0.0, []
    for step in range(steps):
        if schedule.wants(step, elapsed, cost, price):
            chosen.append(step)
            cost += price
        elapsed += seconds
    return chosen, cost, elapsed


def test_the_first_ten_steps_are_all_recorded() -> None:
    chosen, _, _ = recorded(10, seconds=0.001, price=1.0)
    assert chosen == list(range(10))


def test_the_gap_grows_with_the_step_when_recording_costs_nothing() -> None:
    chosen, _, _ = recorded(10_000, seconds=0.1, price=0.0)
    late = [b - a for a, b in pairwise(chosen) if a > 8000]
    assert min(late) >= 8000 // 16 and len(chosen) < 150


def test_after_the_first_twenty_steps_the_budget_holds() -> None:
    chosen, cost, elapsed = recorded(20_000, seconds=0.1, price=0.05)
    paid = cost - 0.05 * len([s for s in chosen if s < 20])
    assert paid <= 0.01 * elapsed


def test_a_short_training_has_a_record_every_hundred_steps_whatever_it_costs() -> None:
    chosen, _, _ = recorded(2000, seconds=0.001, price=10.0)
    assert max(b - a for a, b in pairwise(chosen)) <= 100


def test_a_long_training_never_goes_blind() -> None:
    chosen, _, _ = recorded(50_000, seconds=0.001, price=10.0)
    assert chosen[-1] > 25_000


def test_after_an_anomaly_the_next_five_steps_are_recorded() -> None:
    schedule = Schedule()
    for step in range(1000):
        schedule.wants(step, step * 0.1, 0.0, 100.0)
    schedule.alarm(1000)
    assert [schedule.wants(s, s * 0.1, 1e9, 100.0) for s in range(1001, 1008)] == [True] * 5 + [False] * 2


def test_every_step_has_a_line_up_to_the_thousandth_and_ever_fewer_later() -> None:
    assert [light_stride(s) for s in (0, 999, 1000, 25_000)] == [1, 1, 2, 26]


def test_a_loss_that_leaves_its_range_is_a_jump_and_noise_is_none() -> None:
    jumps = Jumps()
    assert not any(jumps.is_jump(1.0 + 0.05 * math.sin(i)) for i in range(100))
    assert jumps.is_jump(3.0)
    assert not jumps.is_jump(0.9)


def test_the_first_losses_are_no_jump() -> None:
    jumps = Jumps()
    assert not any(jumps.is_jump(float(10**i)) for i in range(10))
