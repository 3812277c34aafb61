"""Labels ranked by probabilities: confident learning on drawn and on real digits."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score
from sklearn.model_selection import cross_val_predict

from traindx.core.calibration import isotonic, worth_of
from traindx.core.crops import Crops, crops_of, features_of
from traindx.core.label_ranking import (
    class_thresholds,
    rank_labels,
    self_confidence,
)
from traindx.core.look_alikes import looks_to_be
from traindx.core.tails import surprise


def noisy_digits(share: float = 0.1) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Digits, labels of which a share is wrong, and which are."""
    x, y = load_digits(return_X_y=True)
    rng = np.random.default_rng(0)
    wrong = rng.random(len(y)) < share
    return x / 16, np.where(wrong, (y + rng.integers(1, 10, len(y))) % 10, y), wrong


def test_wrong_labels_of_digits_come_first_and_are_counted() -> None:
    x, labels, wrong = noisy_digits()
    model = LogisticRegression(max_iter=60, C=0.1)
    probabilities = cross_val_predict(model, x, labels, cv=3, method="predict_proba")
    ranking = rank_labels(probabilities, labels)
    assert average_precision_score(wrong, -ranking.quality) > 0.9
    assert wrong[ranking.disputed].mean() > 0.8
    assert ranking.disputed.sum() == pytest.approx(wrong.sum(), rel=0.25)
    assert ranking.order()[0] == np.flatnonzero(ranking.disputed)[ranking.quality[ranking.disputed].argmin()]


def test_looks_alone_rank_wrong_labels_of_digits() -> None:
    x, labels, wrong = noisy_digits()
    scores = looks_to_be(crops_of(labels, x), 10)
    assert average_precision_score(wrong, -rank_labels(scores, labels).quality) > 0.9


def test_the_prediction_without_an_object_is_that_of_a_set_without_it() -> None:
    rng = np.random.default_rng(4)
    features, labels = rng.normal(size=(40, 3)).astype(np.float32), rng.integers(0, 2, 40)
    scores = looks_to_be(crops_of(labels, features), 2)
    changed = labels.copy()
    changed[7] = 1 - changed[7]
    again = looks_to_be(crops_of(changed, features), 2)
    # only the mean of the labels, which is taken off first, knows of the object itself
    assert np.abs(scores[7] - again[7]).max() < 0.1 < np.abs(scores - again).max() + 0.1
    assert scores.sum(axis=1) == pytest.approx(np.ones(40))


def test_scores_are_those_of_their_formulas() -> None:
    probabilities = np.array([[0.7, 0.2, 0.1], [0.3, 0.6, 0.1]])
    labels = np.array([0, 0])
    assert self_confidence(probabilities, labels).tolist() == [0.7, 0.3]
    assert class_thresholds(probabilities, labels) == pytest.approx([0.5, 1.0, 1.0])


def test_isotonic_regression_is_that_of_sklearn() -> None:
    rng = np.random.default_rng(6)
    values, weights = rng.random(50), rng.integers(1, 9, 50)
    expected = IsotonicRegression().fit_transform(np.arange(50), values, sample_weight=weights)
    assert isotonic(values, weights) == pytest.approx(expected)


def test_a_score_is_worth_the_share_that_proved_right() -> None:
    rng = np.random.default_rng(7)
    score = rng.random(20_000)
    worth = worth_of(np.zeros(20_000, np.int64), score, rng.random(20_000) < score**2, np.ones(20_000, bool))
    assert np.abs(worth - score**2).mean() < 0.03


def test_tails_that_fall_like_a_power_law_surprise_nobody_and_a_far_value_does() -> None:
    quiet = [surprise(np.random.default_rng(i).laplace(0, 1, 500))[1].min() for i in range(100)]
    assert np.mean(np.array(quiet) < 0.05) <= 0.1 and np.mean(np.array(quiet) < 0.5) >= 0.1
    values = np.append(np.random.default_rng(0).normal(0, 1, 500), 12.0)
    far, expected = surprise(values)
    assert expected[far == 500] < 0.001 < expected[far != 500].min()


def test_features_are_those_of_a_mirrored_picture_mirrored_and_blind_to_contrast() -> None:
    rng = np.random.default_rng(8)
    crop = rng.integers(60, 120, (32, 32, 3), dtype=np.uint8)
    doubled = (crop.astype(int) * 2).astype(np.uint8)
    gradients = slice(51, 51 + 128)
    assert features_of(crop)[gradients] == pytest.approx(features_of(doubled)[gradients], abs=1e-5)
    assert features_of(crop).shape == features_of(crop, (0.1, 0.2)).shape == (181,)
    assert isinstance(crops_of(np.zeros(1, int), np.zeros((1, 2))), Crops)
