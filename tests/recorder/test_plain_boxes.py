"""Boxes in a batch whose form no framework tells."""

from __future__ import annotations

import torch

from traindx.recorder.plain_boxes import numbers_of_samples, plain_boxes, plain_ids, plain_points

ROWS = torch.tensor([[0.0, 1, 0.5, 0.5, 0.2, 0.2], [2.0, 0, 0.4, 0.4, 0.1, 0.1], [2.0, 1, 0.3, 0.3, 0.1, 0.2]])


def test_rows_that_begin_with_the_number_of_their_picture_are_parted_by_it() -> None:
    found = plain_boxes(torch, (torch.zeros(4, 3, 8, 8), ROWS), 4)
    assert found is not None and [len(b) for b in found] == [1, 0, 2, 0]
    assert torch.equal(found[2], ROWS[1:, 1:])


def test_rows_in_another_order_or_of_more_pictures_are_something_else() -> None:
    assert numbers_of_samples(torch, ROWS, 3) == [0, 2, 2]
    assert numbers_of_samples(torch, ROWS.flip(0), 3) is None
    assert numbers_of_samples(torch, ROWS, 2) is None
    assert numbers_of_samples(torch, ROWS + 0.5, 4) is None
    assert numbers_of_samples(torch, ROWS.log(), 4) is None  # minus infinity
    assert numbers_of_samples(torch, ROWS[:0], 4) is None


def test_a_tuple_for_each_picture_holds_its_boxes_and_their_classes() -> None:
    boxes = [torch.rand(n, 4) for n in (2, 0, 3)]
    batch = torch.zeros(3, 3, 8, 8), [(b, torch.arange(len(b))) for b in boxes]
    found = plain_boxes(torch, batch, 3)
    assert found is not None and all(torch.equal(a, b) for a, b in zip(found, boxes, strict=True))
    ids = plain_ids(torch, batch, found)
    assert ids is not None and [v.tolist() for v in ids] == [[0, 1], [], [0, 1, 2]]
    assert plain_ids(torch, (batch[0], [torch.zeros(2, dtype=torch.int64)] * 3), found) is None


def test_points_are_the_one_thing_of_two_columns() -> None:
    points = torch.rand(2, 5, 2)
    found = plain_points(torch, [torch.zeros(2, 3, 8, 8), points], 2)
    assert found is not None and torch.equal(torch.stack(found), points)
    assert plain_points(torch, [points, points], 2) is None
