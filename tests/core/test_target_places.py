"""Targets on a map held against drawn pictures."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from traindx.core.target_boxes import Floats
from traindx.core.target_places import EXCHANGED, MIRRORED, TURNED, TargetPlaces, elsewhere, row_of

Change = Callable[[Floats, int], Floats]


def places(change: Change, features: int = 2, fixed: bool = False) -> TargetPlaces:
    """60 pictures of 10 x 10 places with three objects of another brightness, the map of each changed. Places are darker to the
    left in all pictures, and objects lie there more often; with `fixed` there is one object, always in the middle column."""
    draw = np.random.default_rng(1)
    maps, shown = [], []
    for n in range(60):
        own = np.zeros((10, 10))
        rows = draw.integers(0, 10, 1 if fixed else 3)
        own[rows, 4 if fixed else draw.integers(0, 7, 3)] = 1
        own[rows, 5] += fixed
        shown.append(own + draw.normal(0, 0.5, (features, 10, 10)) + np.linspace(0, 1, 10))
        maps.append(change(own, n))
    rows_ = [row_of(shown[n], maps[n], maps[(n + 1) % 60]) for n in range(60)]
    numbers = np.array(rows_, dtype=float).reshape(60, features, 4, 2)
    return TargetPlaces(numbers[..., 0] - numbers[..., 1])


def test_maps_that_belong_to_their_pictures_are_quiet() -> None:
    assert not any(e.whole or e.some for e in elsewhere(places(lambda m, n: m)))


def test_an_object_that_is_symmetric_is_quiet() -> None:
    assert not any(e.whole or e.some for e in elsewhere(places(lambda m, n: m, fixed=True)))


def test_maps_of_other_pictures_are_no_mirror_images() -> None:
    draw = np.random.default_rng(2)
    assert not any(
        e.whole or e.some for e in elsewhere(places(lambda m, n: draw.permuted(m.reshape(-1)).reshape(10, 10)))
    )


@pytest.mark.parametrize(
    ("change", "layout"),
    [(lambda m, n: m.T, EXCHANGED), (lambda m, n: m[:, ::-1], MIRRORED), (lambda m, n: m[::-1], TURNED)],
)
def test_maps_that_are_all_changed_are_told(change: Change, layout: int) -> None:
    assert [e.layout for e in elsewhere(places(change)) if e.whole] == [layout]


def test_every_second_map_mirrored_is_told() -> None:
    found = elsewhere(places(lambda m, n: m[:, ::-1] if n % 2 else m))
    assert [(e.layout, e.whole) for e in found if e.some] == [(MIRRORED, False)]


def test_a_map_that_is_the_same_everywhere_or_another_picture_says_nothing() -> None:
    draw = np.random.default_rng(0)
    shown, other = draw.normal(size=(4, 6, 6)), np.eye(6)
    assert row_of(shown, np.eye(6)[::-1], other) is not None
    assert row_of(shown, np.ones((6, 6)), other) is None
    assert row_of(shown, draw.uniform(0.1, 1.0, (6, 6)), other) is None
