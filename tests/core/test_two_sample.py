"""Differences and the classifier against slow twins, and against samples of one kind."""

from __future__ import annotations

import numpy as np

from traindx.core.two_sample import auc, difference, histogram, sample, told_apart


def test_the_area_is_the_share_of_pairs_in_order() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 9, 40).astype(float), rng.integers(2, 12, 30).astype(float)
    pairs = [(x < y) + (x == y) / 2 for x in a for y in b]
    area, _ = auc(np.concatenate([a, b]), np.repeat([False, True], [40, 30]))
    assert abs(area - np.mean(pairs)) < 1e-12


def test_the_error_of_the_area_is_that_of_repeated_samples() -> None:
    rng = np.random.default_rng(1)
    positive = np.repeat([False, True], [80, 60])
    drawn = [auc(np.concatenate([rng.normal(0, 1, 80), rng.normal(0.8, 1, 60)]), positive) for _ in range(400)]
    areas, errors = np.array(drawn).T
    assert 0.85 < errors.mean() / areas.std() < 1.15


def test_samples_of_one_kind_rarely_differ_with_certainty() -> None:
    rng = np.random.default_rng(2)
    wrong = [difference(rng.lognormal(size=60), rng.lognormal(size=25)).least > 0 for _ in range(500)]
    assert sum(wrong) <= 5


def test_samples_without_overlap_differ_with_certainty_if_they_are_not_few() -> None:
    few = difference(np.arange(3.0), np.arange(10.0, 13.0))
    many = difference(np.arange(30.0), np.arange(100.0, 130.0))
    assert few.least == 0 and many.delta == 1 and many.least > 0.8


def test_values_that_are_unknown_are_left_out() -> None:
    assert difference(np.array([1.0, np.nan]), np.array([np.nan])).least == 0


def test_the_classifier_tells_a_shifted_feature_and_nothing_in_noise() -> None:
    rng = np.random.default_rng(3)
    positive = np.arange(200) % 2 == 1
    noise = rng.normal(size=(200, 30))
    assert abs(auc(told_apart(noise, positive), positive)[0] - 0.5) < 0.12
    noise[positive, 4] += 2  # the best possible area is 0.92
    assert auc(told_apart(noise, positive), positive)[0] > 0.78


def test_a_constant_feature_does_no_harm() -> None:
    positive = np.arange(60) % 2 == 1
    features = np.column_stack([np.ones(60), positive + np.linspace(0, 0.1, 60)])
    assert auc(told_apart(features, positive), positive)[0] > 0.95


def test_a_histogram_holds_all_values() -> None:
    edges, shares = histogram({"a": np.arange(100.0), "b": np.full(10, 5.0), "c": np.array([np.nan, 1e9])})
    assert len(edges) == 21 and all(abs(share.sum() - 1) < 1e-9 for share in shares.values())


def test_a_sample_is_drawn_without_replacement_and_the_same_again() -> None:
    rows = np.arange(1000)
    once = sample(rows, 100)
    assert len(set(once.tolist())) == 100 and (once == sample(rows, 100)).all() and len(sample(rows, 2000)) == 1000
