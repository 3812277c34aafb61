"""Formats, ranges and faults of the boxes of a batch."""

from __future__ import annotations

import numpy as np
import pytest

from traindx.core.target_boxes import about_boxes, corners, in_pixels

SIZES = [(100, 200), (50, 50)]
CORNERS = np.array([[10.0, 20, 60, 90], [150, 5, 199, 30], [5, 5, 45, 49]])
SAMPLES = np.array([0, 0, 1])
SCALE = np.array([[200.0, 100] * 2, [200, 100] * 2, [50, 50] * 2])


def centres(boxes: np.ndarray) -> np.ndarray:
    a, b, c, d = boxes.T
    return np.column_stack([(a + c) / 2, (b + d) / 2, c - a, d - b])


@pytest.mark.parametrize(
    ("boxes", "form", "guess"),
    [
        (CORNERS, "torchvision", ("xyxy", "pixels")),
        (centres(CORNERS) / SCALE, "detr", ("cxcywh", "share")),
        (centres(CORNERS), "torchvision", ("cxcywh", "pixels")),
        (CORNERS / SCALE, "ultralytics", ("xyxy", "share")),
    ],
)
def test_the_format_is_the_one_in_which_most_boxes_lie_in_their_picture(
    boxes: np.ndarray, form: str, guess: tuple[str, str]
) -> None:
    found = about_boxes(boxes, SAMPLES, SIZES, form)
    assert (found["format"], found["unit"]) == guess and found["valid"][guess[0]] == 3


def test_boxes_outside_without_area_and_not_finite_are_counted_as_their_owner_reads_them() -> None:
    boxes = np.array([[10.0, 10, 10, 20], [150, 50, 250, 90], [np.nan, 0, 1, 1], [0, 0, 200, 100]])
    found = about_boxes(boxes, np.zeros(4, dtype=int), SIZES, "torchvision")
    assert (found["no_area"], found["outside"], found["not_finite"]) == (1, 1, 1)
    assert found["max"] == [150, 50, 250, 100]


def test_corners_in_pixels_are_the_same_for_every_format() -> None:
    for given, reading in (
        (CORNERS, ("xyxy", "pixels")),
        (centres(CORNERS) / SCALE, ("cxcywh", "share")),
        (np.column_stack([CORNERS[:, :2], CORNERS[:, 2:] - CORNERS[:, :2]]), ("xywh", "pixels")),
    ):
        np.testing.assert_allclose(in_pixels(given, SAMPLES, SIZES, reading), CORNERS)
    np.testing.assert_allclose(corners(centres(CORNERS), "cxcywh"), CORNERS)
