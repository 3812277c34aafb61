"""Boxes in a batch whose form no framework tells."""

from __future__ import annotations

import torch

from traindx.recorder.plain_boxes import numbers_of_samples, plain_boxes

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
