"""Boxes paired by overlap, against the obvious loops."""

from __future__ import annotations

import numpy as np
import pytest

from traindx.core import matching
from traindx.core.matching import Pairs, one_to_one, overlapping, paired_iou


def random_boxes(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    corner, size = rng.random((n, 2)) * 0.7, rng.random((n, 2)) * 0.3 + 0.02
    return rng.integers(0, 5, n), np.concatenate([corner, corner + size], axis=1)


def slow_iou(a: np.ndarray, b: np.ndarray) -> float:
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    inner = width * height if width > 0 and height > 0 else 0.0
    return inner / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - inner)


@pytest.mark.parametrize("chunk", [7, 2_000_000])
def test_pairs_are_those_of_two_loops(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "CHUNK", chunk)
    rng = np.random.default_rng(1)
    (image_a, a), (image_b, b) = random_boxes(rng, 40), random_boxes(rng, 50)
    expected = {
        (i, j): slow_iou(a[i], b[j])
        for i in range(40)
        for j in range(50)
        if image_a[i] == image_b[j] and slow_iou(a[i], b[j]) >= 0.1
    }
    pairs = overlapping(image_a, a, image_b, b, 0.1)
    found = dict(zip(zip(pairs.a.tolist(), pairs.b.tolist(), strict=True), pairs.iou, strict=True))
    assert len(expected) > 20 and found.keys() == expected.keys()
    assert all(found[key] == pytest.approx(expected[key]) for key in expected)


def test_no_box_is_in_two_pairs_and_the_best_go_first() -> None:
    rng = np.random.default_rng(2)
    i, j = np.divmod(rng.choice(400, 150, replace=False), 20)
    pairs = Pairs(i, j, rng.random(150))
    left = sorted(range(150), key=lambda k: -pairs.iou[k])
    expected: set[tuple[int, int]] = set()
    for k in left:
        if not any(pairs.a[k] == x or pairs.b[k] == y for x, y in expected):
            expected.add((int(pairs.a[k]), int(pairs.b[k])))
    found = one_to_one(pairs)
    assert set(zip(found.a.tolist(), found.b.tolist(), strict=True)) == expected


def test_a_preference_goes_before_the_overlap() -> None:
    pairs = Pairs(np.array([0, 0]), np.array([0, 1]), np.array([0.9, 0.6]))
    assert one_to_one(pairs, np.array([0.2, 0.8])).b.tolist() == [1]


def test_boxes_without_area_overlap_nothing() -> None:
    flat = np.array([[0.2, 0.2, 0.2, 0.4]])
    assert paired_iou(flat, flat).tolist() == [0.0]


def test_nothing_pairs_with_nothing() -> None:
    empty = np.zeros((0, 4))
    none = np.zeros(0, np.int64)
    assert len(overlapping(none, empty, none, empty, 0.5)) == 0
    assert len(one_to_one(overlapping(none, empty, none, empty, 0.5))) == 0
