"""How far a loss fell."""

from __future__ import annotations

import math

import numpy as np
import pytest

from traindx.core.example import recording_with
from traindx.core.trend import over_chance, trend


def noisy(start: float, end: float, steps: int = 200, noise: float = 0.05) -> np.ndarray:
    return np.linspace(start, end, steps) + noise * np.random.default_rng(0).standard_normal(steps)


def test_a_fall_is_told_from_noise() -> None:
    fell, stayed = trend(noisy(2.3, 0.5)), trend(noisy(2.3, 2.3))
    assert fell.drop == pytest.approx(0.76, abs=0.06)
    assert fell.z > 10
    assert abs(stayed.z) < 4


def test_the_noise_is_that_of_single_steps_not_of_the_trend() -> None:
    assert trend(noisy(100.0, 0.0, noise=0.05)).noise < 0.6
    assert trend(noisy(2.0, 2.0, noise=0.2)).noise == pytest.approx(0.2, rel=0.25)


def test_a_loss_that_explodes_at_once_is_measured_from_where_it_began() -> None:
    exploded = np.array([2.3, *[3e5] * 10, *[2.3] * 90])
    assert trend(exploded).start == 2.3
    assert abs(trend(exploded).drop) < 0.01


def test_unknown_losses_are_left_out_and_broken_ones_at_the_end_count() -> None:
    known = noisy(2.0, 1.0)
    gaps = known.copy()
    gaps[::3] = np.nan
    assert trend(gaps).drop == pytest.approx(trend(known).drop, abs=0.05)
    assert trend(np.concatenate([known, [np.inf] * 30])).drop == -1.0


def test_a_curve_without_a_finite_loss_is_refused() -> None:
    with pytest.raises(ValueError, match="no finite loss"):
        trend(np.array([np.nan, np.inf]))


def test_a_class_loss_beside_others_is_held_against_its_own_values() -> None:
    def reached(*others: str, shape: tuple[int, ...] = (8, 4)) -> float | None:
        calls = [{"name": name, "value": 40.0, "shape": [8, 4]} for name in others]
        first = {"name": "cross_entropy", "classes": 4, "value": math.log(4) / 2, "shape": list(shape)}
        detail = {"loss_call": first, "more_loss_calls": calls}
        return over_chance(recording_with([50.0 - i for i in range(40)], detail=detail))

    assert reached("smooth_l1_loss") == pytest.approx(0.5)
    assert reached("smooth_l1_loss", shape=(8, 4, 100)) is None  # most places are background
