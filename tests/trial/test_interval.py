"""The effect over seeds: quantiles of Student's t, intervals, and the error of looking after each pair."""

from __future__ import annotations

import numpy as np
import pytest

from traindx.trial.interval import effect_of, looks, quantile


@pytest.mark.parametrize(
    ("probability", "degrees", "value"),
    [(0.975, 1, 12.7062), (0.975, 2, 4.3027), (0.975, 3, 3.1824), (0.95, 4, 2.1318), (0.9875, 2, 6.2053)],
)
def test_quantiles_are_those_of_the_printed_tables(probability: float, degrees: int, value: float) -> None:
    assert quantile(probability, degrees) == pytest.approx(value, abs=1e-4)


def test_the_interval_of_pairs_that_differ_alike_is_as_wide_as_the_noise_of_their_curves() -> None:
    alike = effect_of([0.5, 0.5, 0.5], 0.02, 3)
    assert alike.high - alike.low == pytest.approx(2 * 4.3027 * 0.02 / np.sqrt(3), rel=1e-3)


def test_one_pair_says_nothing_of_other_seeds_and_has_the_noise_of_its_curves() -> None:
    one = effect_of([0.5], 0.02, 1)
    assert (one.low, one.high) == pytest.approx((0.46, 0.54))


def test_pairs_that_differ_by_their_seed_alone_do_not_exceed_nothing() -> None:
    assert effect_of([0.4, -0.1, 0.3], 0.01, 3).least < 0 < effect_of([0.4, 0.35, 0.42], 0.01, 3).least


def test_looking_after_each_pair_confirms_nothing_where_there_is_nothing_in_ninety_five_of_a_hundred() -> None:
    drawn, planned = np.random.default_rng(0).normal(0.0, 0.3, (2000, 4)), 4
    wrong = [any(effect_of(row[:n], 0.0, planned).least > 0 for n in range(2, planned + 1)) for row in drawn]
    assert looks(planned) == 3 and np.mean(wrong) < 0.055


def test_a_third_seed_decides_what_two_cannot() -> None:
    assert effect_of([0.5, 0.6], 0.01, 3).least < 0.0 < effect_of([0.5, 0.6, 0.55], 0.01, 3).least
