"""Boxes of a form of the user's own, in the readings in which they can be boxes."""

from __future__ import annotations

import numpy as np
import pytest

from tests.recorder.detection import scenes
from traindx.core.own_boxes import scores_of
from traindx.core.target_boxes import Floats


def scene(seed: int) -> tuple[Floats, Floats]:
    """A picture [3, 64, 64] and its boxes as corners in pixels."""
    pictures, targets = scenes(seed)
    return pictures[1].numpy().astype(float), targets[1]["boxes"].numpy().astype(float)


@pytest.mark.parametrize("before", [0, 1])
@pytest.mark.parametrize("unit", [1.0, 64.0])
def test_corners_are_read_behind_a_class_and_in_either_unit(before: int, unit: float) -> None:
    picture, boxes = scene(3)
    rows = np.hstack([np.ones((len(boxes), before)), boxes / unit])
    found = scores_of(picture, rows, rows[:, [*range(before), *(before + np.array([1, 0, 3, 2]))]], (64, 64))
    given, *others = found[f"{before} xyxy"]
    assert given > 1.5 * max(others) and len(others) == 5


def test_centre_and_size_are_one_of_the_readings() -> None:
    picture, boxes = scene(4)
    centres = np.hstack([(boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]])
    assert (
        scores_of(picture, centres, centres, (64, 64))["0 cxcywh"]
        == scores_of(picture, boxes, boxes, (64, 64))["0 xyxy"]
    )


def test_rows_of_padding_are_left_out() -> None:
    picture, boxes = scene(5)
    padded = np.concatenate([boxes, np.zeros((3, 4)), -np.ones((2, 4))])
    assert scores_of(picture, padded, padded, (64, 64)) == scores_of(picture, boxes, boxes, (64, 64))


def test_numbers_that_are_no_boxes_have_no_reading() -> None:
    picture = scene(6)[0]
    assert scores_of(picture, np.eye(4), np.eye(4), (64, 64)) == {}
    assert scores_of(picture, np.zeros((0, 4)), np.eye(4), (64, 64)) == {}
