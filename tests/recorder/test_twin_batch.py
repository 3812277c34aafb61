"""The pictures of batches of any form, changed for a twin; labels stay where they are."""

from __future__ import annotations

import pytest
import torch

from traindx.recorder.twin_batch import samples_of, twin_of


def test_each_picture_of_a_stack_gets_anothers_label() -> None:
    batch = (torch.arange(6.0).view(6, 1, 1, 1).expand(6, 3, 4, 4).clone(), torch.arange(6))
    pictures, labels = twin_of(torch, batch, "shuffled", 0)
    order = pictures[:, 0, 0, 0].tolist()
    assert sorted(order) == list(range(6)) and all(a != b for a, b in enumerate(order))
    assert torch.equal(labels, batch[1]) and batch[0][0, 0, 0, 0] == 0
    assert order != twin_of(torch, batch, "shuffled", 1)[0][:, 0, 0, 0].tolist()


def test_each_picture_of_a_list_gets_anothers_boxes() -> None:
    pictures = [torch.full((3, 4, 4 + i), float(i)) for i in range(4)]
    targets = [{"boxes": torch.full((1, 4), float(i)), "masks": torch.zeros(1, 4, 4)} for i in range(4)]
    made, kept = twin_of(torch, (pictures, targets), "shuffled", 0)
    order = [int(p[0, 0, 0]) for p in made]
    assert sorted(order) == [0, 1, 2, 3] and all(a != b for a, b in enumerate(order))
    assert [float(t["boxes"][0, 0]) for t in kept] == [0, 1, 2, 3] and samples_of(torch, (pictures, targets)) == 4


def test_boxes_of_ultralytics_stay_with_their_picture_number() -> None:
    batch = {
        "img": torch.randint(1, 255, (3, 3, 8, 8), dtype=torch.uint8),
        "batch_idx": torch.arange(3),
        "bboxes": torch.rand(3, 4),
    }
    zeroed = twin_of(torch, batch, "zeroed", 0)
    assert not zeroed["img"].any() and torch.equal(zeroed["bboxes"], batch["bboxes"]) and batch["img"].all()


@pytest.mark.parametrize("kind", ["swapped", "undone", "applied", "times_255", "by_255"])
def test_pictures_alone_are_changed(kind: str) -> None:
    batch = (torch.rand(2, 3, 4, 4), torch.rand(2, 5))
    pictures, targets = twin_of(torch, batch, kind, 0)
    assert pictures.shape == batch[0].shape and not torch.equal(pictures, batch[0]) and torch.equal(targets, batch[1])


def test_a_normalisation_undone_and_applied_is_as_before() -> None:
    batch = (torch.rand(2, 3, 4, 4),)
    again = twin_of(torch, twin_of(torch, batch, "undone", 0), "applied", 0)
    assert torch.allclose(again[0], batch[0], atol=1e-6)


def test_rows_of_numbers_are_samples_too() -> None:
    batch = {"x": torch.rand(5, 12), "y": torch.arange(5)}
    assert samples_of(torch, batch) == 5
    assert not torch.equal(twin_of(torch, batch, "shuffled", 0)["x"], batch["x"])
