"""What a sweep, a few samples and larger batches are taken to show."""

from __future__ import annotations

import math

import numpy as np

from traindx.core.tryout import batch_fit, overfit, range_test
from traindx.core.tryout_examples import fitted, swept, with_own
from traindx.core.tryout_words import standing, tryouts_overview

RATES = [1e-7 * 1e8 ** (i / 119) for i in range(120)]


def test_the_rates_at_which_a_loss_falls_is_lowest_and_breaks_are_found() -> None:
    test = swept(0.02, falls=3e-3, breaks=0.3).range
    assert test is not None and test.falls is not None and test.lowest is not None and test.breaks is not None
    assert 2e-3 < test.falls < 8e-3 and 0.05 < test.lowest < 0.3 < test.breaks < 0.5
    assert test.steepest is not None and test.falls / 3 <= test.steepest <= test.lowest


def test_a_loss_that_only_wanders_is_not_taken_for_one_that_falls() -> None:
    rng = np.random.default_rng(0)
    tests = [range_test(RATES, [2.3 + 0.3 * rng.standard_normal(120)], own=0.1, steps=100) for _ in range(200)]
    assert sum(test is not None and test.falls is not None for test in tests) <= 4


def test_a_noisy_loss_that_falls_does() -> None:
    rng = np.random.default_rng(0)
    clean = [2.3 - 1.2 * min(1.0, max(0.0, math.log10(rate / 1e-3) / 2)) for rate in RATES]
    tests = [range_test(RATES, [clean + 0.3 * rng.standard_normal(120)], own=0.1, steps=100) for _ in range(50)]
    assert all(test is not None and test.falls is not None and test.falls < 0.1 for test in tests)


def test_several_seeds_see_what_one_does_not() -> None:
    rng = np.random.default_rng(1)
    clean = [2.3 - 0.25 * (rate > 1e-3) for rate in RATES]
    rows = [clean + 0.4 * rng.standard_normal(120) for _ in range(9)]
    test = range_test(RATES, rows, own=0.1, steps=100)
    assert test is not None and test.falls is not None and test.seeds == 9


def test_a_loss_that_is_not_finite_breaks_there() -> None:
    losses = [2.3 + 0.01 * (i % 3) for i in range(80)] + [math.inf]
    test = range_test(RATES, [losses], own=1.0, steps=100)
    assert test is not None and test.breaks == RATES[80] and test.falls is None
    assert "times above where the loss breaks" in standing(test)


def test_a_loss_that_vanishes_breaks_too() -> None:
    losses = [129.0 + i % 3 for i in range(90)] + [1e-9] * 30
    test = range_test(RATES, [losses], own=0.01, steps=100)
    assert test is not None and test.falls is None and test.breaks == RATES[90]


def test_too_few_losses_tell_nothing() -> None:
    assert range_test(RATES, [[2.3] * 10], own=0.1, steps=100) is None


def test_a_rate_is_low_only_where_the_steps_are_few() -> None:
    assert "moves too little" in standing_of(1e-5, steps=100)
    assert "lies where the loss falls" in standing_of(1e-5, steps=100_000)


def standing_of(own: float, steps: int) -> str:
    """Where a rate stands in the usual sweep."""
    test = with_own(swept(own, steps=steps), own).range
    assert test is not None
    return standing(test)


def test_samples_are_learned_by_heart_in_part_or_not_at_all() -> None:
    learned = overfit([2.3 * 0.9**i for i in range(60)], 16, 1)
    nothing = overfit([2.3 + 0.02 * (-1) ** i for i in range(60)], 16, 1)
    assert learned is not None and learned.left < 0.05
    assert nothing is not None and abs(nothing.left - 1) < 0.05
    assert overfit([2.3] * 10, 16, 1) is None


def test_label_smoothing_leaves_a_loss_that_is_no_fault() -> None:
    test = overfit([0.9 + 1.4 * 0.9**i for i in range(60)], 16, 1, floor=0.85)
    assert test is not None and test.left < 0.05


def test_the_largest_batch_leaves_a_tenth_of_the_memory() -> None:
    mib = 2.0**20
    fit = batch_fit(64, [(8, 600 * mib), (32, 1200 * mib)], (), 2000 * mib, "host")
    assert fit.base == 400 * mib and fit.per_sample == 25 * mib and fit.largest == 56 and fit.accumulate == 2


def test_a_batch_that_ran_out_of_memory_bounds_the_forecast() -> None:
    mib = 2.0**20
    fit = batch_fit(8, [(8, 600 * mib), (16, 610 * mib)], (32,), 8000 * mib, "device")
    assert fit.largest == 31


def test_what_was_tried_is_shown_as_tables_and_curves() -> None:
    shown = tryouts_overview(swept(1.5)) + tryouts_overview(fitted(64, 2 * 2.0**30))
    words = " ".join(str(item) for item in shown)
    assert len(shown) == 4 and "4.5 times above where the loss breaks" in words and "accumulate" in words
