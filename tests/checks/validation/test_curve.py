"""Level and noise of a curve by epoch."""

import numpy as np

from traindx.checks.validation.curve import curves_of, end_of, noise, smooth
from traindx.core.history import history_of


def test_the_noise_of_a_smooth_trend_is_small_against_its_range():
    assert noise(np.linspace(2.0, 0.0, 200)) < 0.02


def test_the_noise_is_the_standard_deviation_of_independent_values():
    values = np.random.default_rng(0).normal(5.0, 0.3, 2000)
    assert abs(noise(values) - 0.3) < 0.02


def test_one_bad_epoch_does_not_move_the_level():
    assert smooth(np.array([1.0, 1.0, 90.0, 1.0, np.inf, 1.0])).max() == 1.0


def test_the_level_is_the_median_of_the_finite_values_around_each_epoch():
    rng = np.random.default_rng(0)
    values = np.where(rng.random(40) < 0.3, np.nan, rng.normal(size=40))
    values[:4] = np.nan
    for width in (3, 5, 9):
        slow = [values[max(0, i - width // 2) : i + width // 2 + 1] for i in range(40)]
        expected = [np.median(w[np.isfinite(w)]) if np.isfinite(w).any() else np.nan for w in slow]
        np.testing.assert_allclose(smooth(values, width), expected)
    assert len(smooth(np.array([]))) == 0


def test_the_end_ignores_epochs_without_a_value():
    assert end_of(np.array([1.0, 2.0, 3.0, np.nan, np.inf]), 2) == 2.5
    assert np.isnan(end_of(np.array([np.nan])))


def test_the_curve_shows_only_lines_that_have_values():
    curve = curves_of(history_of([{"train/loss": 1.0}, {"train/loss": 0.5}]), "a title", onset=2.0)
    assert [line.name for line in curve.lines] == ["training loss"]
    assert curve.onset == 2.0
