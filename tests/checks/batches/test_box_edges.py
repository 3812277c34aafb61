"""Boxes follow the edges of what they surround, and their mirror images do not."""

from __future__ import annotations

import numpy as np
import pytest

from traindx.core.box_edges import edge_scores


def picture() -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    found = np.random.default_rng(0).normal(0, 0.02, (60, 80))
    found[10:30, 8:38] += 1.0
    return found[None]


BOX = np.array([[8.0, 10.0, 38.0, 30.0]])


def test_a_box_on_its_object_scores_above_its_mirror_images() -> None:
    scores = edge_scores(picture(), BOX)
    assert scores is not None
    assert scores[0] > 3 * scores[1] and scores[0] > 3 * scores[2]


def test_a_box_on_an_object_that_differs_in_colour_alone_scores_above_its_mirror_images() -> None:
    red = picture()[0]
    scores = edge_scores(np.stack([red, 1 - red]), BOX)  # their mean is 0.5 everywhere
    assert scores is not None and scores[0] > 3 * scores[1]


def test_a_flipped_picture_turns_the_scores_round() -> None:
    given, flipped = edge_scores(picture(), BOX), edge_scores(picture()[:, :, ::-1], BOX)
    assert given is not None and flipped is not None
    assert flipped[1] == pytest.approx(given[0], rel=0.2) and flipped[1] > 3 * flipped[0]


@pytest.mark.parametrize("box", [[5, 5, 8, 8], [np.nan, 5, 30, 30], [30, 30, 8, 10], [-500, -500, -400, -400]])
def test_boxes_that_are_tiny_broken_or_elsewhere_have_no_score(box: list[float]) -> None:
    assert edge_scores(picture(), np.array([box], dtype=float)) is None


def test_a_blank_picture_has_no_score() -> None:
    assert edge_scores(np.zeros((1, 60, 80)), BOX) is None
