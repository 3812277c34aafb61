"""Axes: ticks that people would choose, and lines thinned without losing an extreme."""

from __future__ import annotations

import math
import random

import pytest

from traindx.render.scales import label, linear_ticks, log_ticks, scale, thin


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0, 100, (0, 20, 40, 60, 80, 100)),
        (-1, 1, (-1, -0.5, 0, 0.5, 1)),
        (0.0012, 0.0031, (0.0015, 0.002, 0.0025, 0.003)),
        (0, 7, (0, 2, 4, 6)),
        (1e5, 6e5, (1e5, 2e5, 3e5, 4e5, 5e5, 6e5)),
    ],
)
def test_linear_ticks_are_round(low: float, high: float, ticks: tuple[float, ...]) -> None:
    assert linear_ticks(low, high) == pytest.approx(ticks)


def test_ticks_are_few_and_within_whatever_the_range() -> None:
    noise = random.Random(0)
    for _ in range(2000):
        low = noise.choice((-1, 1)) * 10 ** noise.uniform(-12, 12)
        high = low + 10 ** noise.uniform(-3, 12) * max(abs(low) * 1e-6, 1e-9)
        ticks = linear_ticks(low, high)
        slack = (high - low) * 1e-6
        assert len(ticks) <= 8
        assert all(low - slack <= t <= high + slack for t in ticks)


def test_log_ticks_are_powers_of_ten_or_between_them() -> None:
    assert log_ticks(0.5, 2e6) == (1, 100, 1e4, 1e6)
    assert log_ticks(1, 1000) == (1, 10, 100, 1000)
    assert log_ticks(0.3, 4) == (0.5, 1, 2)
    assert len(log_ticks(1e-300, 1e300)) <= 7
    assert len(log_ticks(2.1, 2.9)) >= 2


def test_a_scale_maps_its_ends() -> None:
    linear = scale([0, 10], 100, 200, pad=0)
    log = scale([1, 100], 0, 2, log=True, pad=0)
    assert linear is not None and log is not None
    assert [linear(v) for v in (0, 5, 10)] == [100, 150, 200]
    assert [log(v) for v in (1, 10, 100)] == pytest.approx([0, 1, 2])
    assert not log.shows(0) and not log.shows(math.nan) and not linear.shows(math.inf)


@pytest.mark.parametrize("values", [[], [math.nan], [math.inf, -math.inf]])
def test_there_is_no_scale_without_a_value(values: list[float]) -> None:
    assert scale(values, 0, 1) is None
    assert scale([*values, -1.0], 0, 1, log=True) is None


@pytest.mark.parametrize("values", [[3.0], [0.0], [-2.5, -2.5], [1e300, 1e300], [5e-324], [-1.7e308, 1.7e308]])
def test_extreme_and_equal_values_still_give_a_scale(values: list[float]) -> None:
    for log in (False, True):
        made = scale(values, 0, 100, log=log)
        if made is not None:
            assert all(math.isfinite(made(v)) for v in values if made.shows(v))


def test_labels_are_short() -> None:
    values = (0, 0.25, -3, 1500, 20_000, 2e6, 1.5e-5, 1e300)
    assert [label(v) for v in values] == ["0", "0.25", "-3", "1500", "20,000", "2e6", "1.5e−5", "1e300"]
    assert [label(v, log=True) for v in (100, 1e4)] == ["100", "1e4"]


def test_a_long_line_keeps_every_extreme_and_every_gap() -> None:
    n = 100_000
    y = [math.sin(i / 500) for i in range(n)]
    y[40_001], y[70_003], y[12_345] = 50.0, -50.0, math.nan
    kept = thin(tuple(map(float, range(n))), tuple(y), 500)
    assert {0, n - 1, 40_001, 70_003, 12_345} <= set(kept)
    assert kept == sorted(kept)
    assert len(kept) < 500 * 5


def test_a_short_line_is_kept_whole() -> None:
    assert thin((0.0, 1.0), (5.0, math.nan), 500) == [0, 1]
